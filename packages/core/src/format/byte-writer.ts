import { MAX_FIELD_LENGTH } from '../limits.ts';

/** Writes big-endian fields into a buffer of known length. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  writeU8(value: number): void {
    this.#view.setUint8(this.#position, value);
    this.#position += 1;
  }

  writeU16(value: number): void {
    this.#view.setUint16(this.#position, value);
    this.#position += 2;
  }

  writeU32(value: number): void {
    this.#view.setUint32(this.#position, value);
    this.#position += 4;
  }

  writeBytes(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Writes a two-byte length and the bytes. @throws RangeError above 65,535 bytes. */
  writeField(bytes: Uint8Array): void {
    if (bytes.length > MAX_FIELD_LENGTH) {
      throw new RangeError(`a field of ${bytes.length} bytes does not fit: the format allows ${MAX_FIELD_LENGTH}`);
    }
    this.writeU16(bytes.length);
    this.writeBytes(bytes);
  }
}
