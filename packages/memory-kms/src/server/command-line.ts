// The options of the command `memory-kms`.

import { parseArgs } from 'node:util';
import { auditFile } from '../audit/audit-file.ts';
import { TravelClock } from '../control/travel-clock.ts';
import type { MemoryKmsOptions } from '../memory-kms.ts';
import { readSeedFile } from '../seed/read-seed.ts';
import type { KmsServerOptions } from './start-kms-server.ts';

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'help' | 'version' }
  | {
      readonly kind: 'serve';
      readonly kms: MemoryKmsOptions;
      readonly server: KmsServerOptions;
      /** File that keeps the state. */
      readonly state?: string | undefined;
      /** Whether to answer below `/_kms/`. */
      readonly control: boolean;
    };

/** Port of most emulators of AWS, so that configurations need no change. */
const DEFAULT_PORT = 4566;

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  account: { type: 'string' },
  region: { type: 'string', multiple: true },
  authorization: { type: 'string' },
  quotas: { type: 'string' },
  'audit-file': { type: 'string' },
  state: { type: 'string' },
  seed: { type: 'string' },
  control: { type: 'boolean' },
  'verify-signatures': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** The text of `--help`. */
export const HELP: string = `memory-kms: AWS KMS in memory, for tests and development. Not for production.

Usage: memory-kms [options]

  --host HOST            address to listen on (127.0.0.1)
  --port PORT            port to listen on (${DEFAULT_PORT}; 0: a free one)
  --allow-host NAME      accept this Host header too; may be repeated
  --account ID           the default account, twelve digits (111122223333)
  --region REGION        serve this Region alone; may be repeated; the first is the default (all; us-east-1)
  --authorization MODE   open, keyPolicy or strict (open)
  --quotas PRESET        request quotas (off)
  --audit-file FILE      append one CloudTrail-shaped record for each call, as JSON lines
  --state FILE           keep the state in FILE: key material in clear
  --seed FILE            begin with the accounts, principals and keys of FILE (YAML or JSON; local-kms's format too)
  --verify-signatures    refuse requests that are not signed with a secret of the seed
  --control              answer /_kms/health, reset, clock, faults, audit, counts, explain
  -h, --help             this text
  -v, --version          the version

Every Region and account is on the one port: set AWS_ENDPOINT_URL_KMS to the address that is printed.
An access key of twelve digits stands for that account.`;

/**
 * Reads a command line.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  return {
    kind: 'serve',
    server: { host: values.host, port: portOf(values.port), allowedHosts: values['allow-host'] },
    kms: {
      accountId: values.account,
      regions: values.region,
      authorization: modeOf(values.authorization),
      ...(values.seed === undefined ? {} : { seed: readSeedFile(values.seed) }),
      ...(values.control === true ? { clock: new TravelClock() } : {}),
      verifySignatures: values['verify-signatures'],
      quotas: values.quotas as MemoryKmsOptions['quotas'],
      ...(values['audit-file'] === undefined ? {} : { audit: { outputs: [auditFile(values['audit-file'])] } }),
    },
    state: values.state,
    control: values.control === true,
  };
}

function portOf(text: string = String(DEFAULT_PORT)): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new TypeError(`--port must be a number from 0 to 65535, not ${text}`);
  return port;
}

function modeOf(text: string | undefined): MemoryKmsOptions['authorization'] {
  if (text === undefined || text === 'open' || text === 'keyPolicy' || text === 'strict') return text;
  throw new TypeError(`--authorization must be open, keyPolicy or strict, not ${text}`);
}
