import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from '../access/principal-directory.ts';
import type { WireRequest } from '../wire/answer-request.ts';
import type { AuthorizationHeader } from './authorization-header.ts';

/**
 * Signs a received request once more with the secret that its access key should have. The signer takes the payload's
 * hash from the header `x-amz-content-sha256` where there is one: whoever calls has compared it with the body.
 *
 * @param signingDate - The time of the request's own `x-amz-date`.
 * @returns The signature, 64 hexadecimal digits.
 */
export async function expectedSignature(
  request: WireRequest,
  header: AuthorizationHeader,
  { accessKeyId, secretAccessKey = '', sessionToken }: AccessKey,
  signingDate: Date,
): Promise<string> {
  // Loaded on the first verification: most servers verify nothing and should start fast.
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({
    service: header.service,
    region: header.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: NodeSha256,
    // With it the signer would add a header that the client did not sign.
    applyChecksum: false,
  });
  const signableHeaders = new Set(header.signedHeaders);
  const signed = await signer.sign(signable(request, signableHeaders), { signingDate, signableHeaders });
  return /Signature=([0-9a-f]{64})/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
}

/** Compares two signatures in time that does not depend on where they differ. */
export function isSameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The request with the signed headers alone. */
function signable(request: WireRequest, signedHeaders: ReadonlySet<string>) {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => signedHeaders.has(name)));
  const [path = '/', query = ''] = request.path.split('?', 2);
  return {
    method: request.method,
    protocol: 'https:',
    hostname: request.headers['host'] ?? '',
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers,
    body: request.body,
  };
}

/** SHA-256 and HMAC-SHA-256 in the form that the signer asks for. */
class NodeSha256 {
  readonly #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : toBytes(secret);
    this.#hash = this.#start();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function toBytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
