export type { AuthorizationMode } from './access/access-data.ts';
export type { Decider, ExplainedDecision, StatementName } from './access/decision.ts';
export type { ExplainRequest } from './access/explain-access.ts';
export { PolicyFault } from './access/policy-fault.ts';
export type { AccessKey, AccountConfig, PolicySource, PrincipalConfig } from './access/principal-directory.ts';
export { auditFile } from './audit/audit-file.ts';
export type { AuditLogOptions, AuditOutput } from './audit/audit-log.ts';
export type { AuditIdentity, AuditRecord, AuditResource } from './audit/audit-record.ts';
export type { CallCounts } from './audit/call-counters.ts';
export { type Controlled, createControlRoutes } from './control/control-routes.ts';
export { TravelClock } from './control/travel-clock.ts';
export { type Clock, type Duration, FakeClock, systemClock } from './engine/clock.ts';
export { KmsServiceError, type ResponseMetadata } from './engine/kms-service-error.ts';
export type { OperationName } from './engine/operation-types.ts';
export { insecureSeededRandom, type RandomSource } from './engine/random-source.ts';
export { type FaultCall, FaultPlan, type FaultRuleStatus } from './faults/fault-plan.ts';
export type { FaultError, FaultRule } from './faults/fault-rule.ts';
export { type ClientOptions, MemoryKms, type MemoryKmsOptions } from './memory-kms.ts';
export type { ClientCallOptions, KmsCommand, MemoryKmsClient } from './memory-kms-client.ts';
export {
  type QuotaLimit,
  type QuotaOption,
  type QuotaPreset,
  type QuotaTable,
  quotaPresets,
} from './quotas/quota-table.ts';
export type { SeamOptions } from './seams.ts';
export { readSeed, readSeedFile, type Seed, type SeedOptions, type SeedSetting } from './seed/read-seed.ts';
export { SeedError } from './seed/seed-node.ts';
export {
  type ControlRoutes,
  type KmsServer,
  type KmsServerOptions,
  type RequestAnswerer,
  startKmsServer,
} from './server/start-kms-server.ts';
export { FileLockError } from './state/file-lock.ts';
export { StateFormatError } from './state/state-format-error.ts';
export type { WireRequest, WireResponse } from './wire/answer-request.ts';
export type { MemoryRequestHandler } from './wire/memory-request-handler.ts';
