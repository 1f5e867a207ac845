type Listener = (reason: unknown) => void;

/** Who waits for a signal. One listener of the signal's serves them all: a shared signal with many would look like a leak. */
const waiting = new WeakMap<AbortSignal, { readonly listeners: Set<Listener>; readonly onAbort: () => void }>();

/**
 * Waits for a signal. Not by `AbortSignal.any`, which keeps what it made alive as long as a long-lived signal lives (Node 20);
 * a listener can be taken away.
 *
 * @param listener - Called once with the signal's reason; in a microtask when the signal is aborted already.
 * @returns Takes the listener away. May be called again.
 */
export function listenForAbort(signal: AbortSignal | undefined, listener: Listener): () => void {
  if (signal === undefined) return () => {};
  let listening = true;
  const once: Listener = (reason) => {
    if (!listening) return;
    listening = false;
    listener(reason);
  };
  if (signal.aborted) queueMicrotask(() => once(signal.reason));
  else addListener(signal, once);
  return () => {
    listening = false;
    removeListener(signal, once);
  };
}

function addListener(signal: AbortSignal, listener: Listener): void {
  const entry = waiting.get(signal);
  if (entry !== undefined) {
    entry.listeners.add(listener);
    return;
  }
  const listeners = new Set([listener]);
  const onAbort = (): void => {
    waiting.delete(signal);
    for (const each of listeners) callApart(each, signal.reason);
  };
  waiting.set(signal, { listeners, onAbort });
  signal.addEventListener('abort', onAbort, { once: true });
}

function removeListener(signal: AbortSignal, listener: Listener): void {
  const entry = waiting.get(signal);
  if (entry === undefined || !entry.listeners.delete(listener) || entry.listeners.size > 0) return;
  waiting.delete(signal);
  signal.removeEventListener('abort', entry.onAbort);
}

/** What one listener throws is reported, as the signal itself would, and keeps nothing from the others. */
function callApart(listener: Listener, reason: unknown): void {
  try {
    listener(reason);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
