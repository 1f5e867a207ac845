/**
 * Nobody answers. Not an error of the service: the fronts show it as a lost connection (the HTTP server drops the
 * socket), which the SDK retries.
 */
export class OutageError extends Error {
  override readonly name: string = 'TimeoutError';
  /** As Node's sockets have it. */
  readonly code = 'ECONNRESET';

  constructor() {
    super('The connection was lost (scripted outage).');
  }
}
