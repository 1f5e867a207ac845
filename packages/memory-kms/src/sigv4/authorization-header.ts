import { KmsServiceError } from '../engine/kms-service-error.ts';

/** The `Authorization` header of Signature Version 4, taken apart. */
export type AuthorizationHeader = {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** In lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
};

const HEADER = /^AWS4-HMAC-SHA256\s+(.*)$/;
const SCOPE = /^([\w-]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/;

/**
 * Reads the header.
 *
 * @throws KmsServiceError MissingAuthenticationTokenException where there is none, IncompleteSignatureException where
 * a part is missing or malformed.
 */
export function parseAuthorizationHeader(header: string | undefined): AuthorizationHeader {
  if (header === undefined || header === '') {
    throw new KmsServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const parts = partsOf(HEADER.exec(header)?.[1] ?? '');
  const scope = SCOPE.exec(parts.get('Credential') ?? '');
  const signature = parts.get('Signature') ?? '';
  const signedHeaders = (parts.get('SignedHeaders') ?? '').toLowerCase();
  if (scope === null || signedHeaders === '' || !/^[0-9a-f]{64}$/.test(signature)) {
    throw new KmsServiceError(
      'IncompleteSignatureException',
      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.",
    );
  }
  const [, accessKeyId = '', date = '', region = '', service = ''] = scope;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

function partsOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((part): [string, string] => {
    const [name = '', value = ''] = part.trim().split('=', 2);
    return [name, value];
  });
  return new Map(pairs);
}
