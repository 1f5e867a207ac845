// Errors as HTTP responses.

import type { KmsServiceError } from '../engine/kms-service-error.ts';
import { encodeError, JSON_CONTENT_TYPE } from './json-protocol.ts';

/**
 * An error of the service as a response.
 *
 * @param headers - Besides content type and length.
 */
export function errorResponse(
  error: KmsServiceError,
  headers: Readonly<Record<string, string>> = {},
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } {
  const body = encodeError(error);
  return {
    status: error.$metadata.httpStatusCode,
    headers: { 'content-type': JSON_CONTENT_TYPE, 'content-length': String(body.length), ...headers },
    body,
  };
}
