export { type Clock, type Duration, FakeClock, systemClock } from './engine/clock.ts';
export { KmsServiceError, type ResponseMetadata } from './engine/kms-service-error.ts';
export type { OperationName } from './engine/operation-types.ts';
export { insecureSeededRandom, type RandomSource } from './engine/random-source.ts';
export { type ClientOptions, MemoryKms, type MemoryKmsOptions } from './memory-kms.ts';
export type { ClientCallOptions, KmsCommand, MemoryKmsClient } from './memory-kms-client.ts';
export {
  type ControlRoutes,
  type KmsServer,
  type KmsServerOptions,
  type RequestAnswerer,
  startKmsServer,
} from './server/start-kms-server.ts';
export type { WireRequest, WireResponse } from './wire/answer-request.ts';
export type { MemoryRequestHandler } from './wire/memory-request-handler.ts';
