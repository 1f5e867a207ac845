/** What is to be told of each signal's abort. */
const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, with one listener for all callers: a batch of a thousand messages may well have one
 * signal, and Node warns of a leak from the eleventh listener on.
 *
 * @param signal - Not aborted yet.
 * @returns A function that takes the callback off.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? listen(signal);
  // A caller's own function may be given twice; each counts.
  const own = () => callback();
  callbacks.add(own);
  return () => {
    callbacks.delete(own);
    if (callbacks.size > 0 || callbacksOf.get(signal) !== callbacks) return;
    callbacksOf.delete(signal);
    signal.removeEventListener('abort', dispatch);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  callbacksOf.set(signal, callbacks);
  signal.addEventListener('abort', dispatch, { once: true });
  return callbacks;
}

function dispatch(event: Event): void {
  const signal = event.target as AbortSignal;
  const callbacks = callbacksOf.get(signal) ?? [];
  callbacksOf.delete(signal);
  for (const callback of callbacks) callback();
}
