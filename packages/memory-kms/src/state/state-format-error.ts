/** Why bytes are not a state of this emulator: not ours, of a later version, cut short, or with a field out of place. */
export class StateFormatError extends Error {
  override readonly name: string = 'StateFormatError';
}
