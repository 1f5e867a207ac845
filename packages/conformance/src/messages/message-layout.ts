// Where each field of a message stands. Written from the byte tables alone, apart from core's decoder, to check it by.

/** Part of a message: from `start` up to, without, `end`. */
export type Span = { readonly start: number; readonly end: number };

/** One field of the header, in the order of the wire. */
export type HeaderField = Span & { readonly name: string };

/** One encrypted piece of the body. */
export type BodyPieceLayout = Span & {
  readonly kind: 'frame' | 'finalFrame' | 'nonFramed';
  readonly sequenceNumber: number;
  readonly iv: Span;
  readonly content: Span;
  readonly tag: Span;
};

/** All of one header. */
export type HeaderLayout = {
  readonly version: number;
  readonly suiteId: number;
  readonly headerFields: readonly HeaderField[];
  /** The header without its authentication. */
  readonly headerBody: Span;
  readonly headerLength: number;
  readonly frameLength: number;
};

/** All of one message. */
export type MessageLayout = HeaderLayout & {
  readonly pieces: readonly BodyPieceLayout[];
  /** Undefined when nothing follows the body. */
  readonly footer: { readonly length: Span; readonly signature: Span } | undefined;
};

/** Finds the fields of a well-formed message. @throws Error when it is cut off or followed by something. */
export function readMessageLayout(message: Uint8Array): MessageLayout {
  const reader = new SpanReader(message);
  const header = readHeader(reader);
  const pieces = header.framed ? readFrames(reader, header.frameLength) : [readNonFramed(reader)];
  const footer = reader.position < message.length ? readFooter(reader) : undefined;
  if (reader.position !== message.length) throw new Error('bytes follow the message');
  const { framed: _, ...rest } = header;
  return { ...rest, pieces, footer };
}

/** Finds the fields of a header; what follows it does not matter. @throws Error when it is cut off. */
export function readHeaderLayout(message: Uint8Array): HeaderLayout {
  const { framed: _, ...layout } = readHeader(new SpanReader(message));
  return layout;
}

/** A field by its name. @throws Error when the message has none. */
export function headerField(layout: HeaderLayout, name: string): HeaderField {
  const field = layout.headerFields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`this message has no header field ${name}`);
  return field;
}

class SpanReader {
  readonly #view: DataView;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Span {
    const start = this.position;
    if (start + length > this.#view.byteLength) throw new Error('the message is cut off');
    this.position += length;
    return { start, end: this.position };
  }

  /** The big-endian number in a span of 1, 2 or 4 bytes. */
  number({ start, end }: Span): number {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 256 + this.#view.getUint8(at);
    return value;
  }

  takeNumber(length: number): number {
    return this.number(this.take(length));
  }
}

function readHeader(reader: SpanReader): HeaderLayout & { readonly framed: boolean } {
  const fields: HeaderField[] = [];
  const field = (name: string, length: number): HeaderField => {
    const span = { name, ...reader.take(length) };
    fields.push(span);
    return span;
  };
  const version = reader.number(field('version', 1));
  if (version === 1) field('type', 1);
  const suiteId = reader.number(field('suiteId', 2));
  field('messageId', version === 1 ? 16 : 32);
  field('context', reader.number(field('contextLength', 2)));
  readKeyFields(reader, field);
  const framed = reader.number(field('contentType', 1)) === 2;
  if (version === 1) {
    field('reserved', 4);
    field('ivLength', 1);
  }
  const frameLength = reader.number(field('frameLength', 4));
  if (version === 2) field('commitment', 32);
  const headerBody = { start: 0, end: reader.position };
  if (version === 1) field('headerIv', 12);
  field('headerTag', 16);
  return { version, suiteId, headerFields: fields, headerBody, headerLength: reader.position, frameLength, framed };
}

function readKeyFields(reader: SpanReader, field: (name: string, length: number) => Span): void {
  const count = reader.number(field('dataKeyCount', 2));
  for (let index = 0; index < count; index++) {
    for (const name of ['providerId', 'providerInfo', 'ciphertext']) {
      field(`${name}${index}`, reader.number(field(`${name}Length${index}`, 2)));
    }
  }
}

function readFrames(reader: SpanReader, frameLength: number): BodyPieceLayout[] {
  const pieces: BodyPieceLayout[] = [];
  for (;;) {
    const start = reader.position;
    const first = reader.takeNumber(4);
    const isFinal = first === 0xffffffff;
    const sequenceNumber = isFinal ? reader.takeNumber(4) : first;
    const iv = reader.take(12);
    const content = reader.take(isFinal ? reader.takeNumber(4) : frameLength);
    const tag = reader.take(16);
    pieces.push({ kind: isFinal ? 'finalFrame' : 'frame', start, end: tag.end, sequenceNumber, iv, content, tag });
    if (isFinal) return pieces;
  }
}

function readNonFramed(reader: SpanReader): BodyPieceLayout {
  const start = reader.position;
  const iv = reader.take(12);
  const content = reader.take(reader.takeNumber(8));
  const tag = reader.take(16);
  return { kind: 'nonFramed', start, end: tag.end, sequenceNumber: 1, iv, content, tag };
}

function readFooter(reader: SpanReader): { readonly length: Span; readonly signature: Span } {
  const length = reader.take(2);
  return { length, signature: reader.take(reader.number(length)) };
}
