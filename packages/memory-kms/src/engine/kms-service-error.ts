// The errors of KMS, as they come over the wire.

/** As in the SDK's answers and errors. */
export type ResponseMetadata = {
  readonly httpStatusCode: number;
  readonly requestId: string;
  readonly attempts: number;
  readonly totalRetryDelay: number;
};

const SERVER_STATUS: Readonly<Record<string, number>> = {
  KMSInternalException: 500,
  KeyUnavailableException: 500,
  DependencyTimeoutException: 503,
  InternalFailure: 500,
  ServiceUnavailable: 503,
};

/**
 * An error of the service. Tell them apart by `name`; `instanceof` the SDK's classes holds only for a genuine client
 * on `requestHandler()` or on the HTTP server.
 */
export class KmsServiceError extends Error {
  /** Such as `NotFoundException`. */
  override readonly name: string;
  readonly $fault: 'client' | 'server';
  $metadata: ResponseMetadata;
  readonly $service = 'KMS';

  /**
   * @param name - The exception's name, as on the wire.
   * @param message - Its text; empty where KMS sends none. Never holds a secret.
   * @param status - HTTP status; KMS answers 400 to every client error, whatever the model says.
   */
  constructor(name: string, message: string, status: number = SERVER_STATUS[name] ?? 400) {
    super(message);
    this.name = name;
    this.$fault = status >= 500 ? 'server' : 'client';
    this.$metadata = { httpStatusCode: status, requestId: '', attempts: 1, totalRetryDelay: 0 };
  }
}
