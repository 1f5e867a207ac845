/** Anything that is fed bytes: a hash, an HMAC, a signature. */
type Updatable = { update(bytes: Uint8Array): unknown };

/** node:crypto takes at most 2³¹ − 1 bytes at a time. */
export const MAX_UPDATE_LENGTH = 0x4000_0000;

/** What is hashed before others get their turn: about 3 ms of SHA-384. */
const TURN_LENGTH = 0x20_0000;

/** Feeds bytes of any length. */
export function updateInSlices(state: Updatable, bytes: Uint8Array): void {
  if (bytes.length <= MAX_UPDATE_LENGTH) {
    state.update(bytes);
    return;
  }
  for (let start = 0; start < bytes.length; start += MAX_UPDATE_LENGTH) {
    state.update(bytes.subarray(start, start + MAX_UPDATE_LENGTH));
  }
}

/** Feeds long byte strings, letting the event loop run in between. */
export async function updateWithBreaks(state: Updatable, parts: readonly Uint8Array[]): Promise<void> {
  let sinceBreak = 0;
  for (const part of parts) {
    for (let start = 0; start < part.length; start += TURN_LENGTH) {
      const slice = part.subarray(start, start + TURN_LENGTH);
      state.update(slice);
      sinceBreak += slice.length;
      if (sinceBreak < TURN_LENGTH) continue;
      sinceBreak = 0;
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }
}
