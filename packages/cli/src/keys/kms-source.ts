// Where KMS is: AWS, an endpoint of one's own, or the embedded one of --local.

import type { MemoryKmsClient } from '@waxseal/memory-kms';
import type { BranchKeyKms, KmsClient } from 'waxseal';
import type { KeyConfiguration } from '../configuration.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { localKeyArn, localStatePath, openLocalKms } from './local-kms.ts';

/** Clients for each Region. */
export type KmsSource = {
  readonly clientFor: (region: string | undefined) => KmsClient & BranchKeyKms;
  /** The key of --local; undefined elsewhere. */
  readonly localKeyArn: string | undefined;
  close(): void;
};

/** @throws UsageError for options that exclude each other; what the state file's reading throws. */
export async function openKmsSource(configuration: KeyConfiguration, session: Session): Promise<KmsSource> {
  refuseInventedRegions(configuration.region);
  if (configuration.local !== true) return openAws(configuration, session.terminal.env);
  if (configuration.kmsEndpoint !== undefined) throw new UsageError('--local and --kms-endpoint exclude each other');
  const path = configuration.localState ?? localStatePath(session.terminal.env);
  session.reporter.notice(`--local is no KMS: its keys lie unprotected in ${path}; for trying things out only`);
  const kms = await openLocalKms(path);
  const [region] = configuration.region ?? [];
  const clientFor = (ofKey: string | undefined): MemoryKmsClient => kms.client({ region: ofKey ?? region });
  const usesOwnKey = configuration.kmsKey === undefined && configuration.branchKey === undefined;
  return { clientFor, localKeyArn: usesOwnKey ? await localKeyArn(kms) : undefined, close() {} };
}

/** The SDK makes a host's name of it, and would fail as if that host did not answer. */
function refuseInventedRegions(regions: readonly string[] = []): void {
  const wrong = regions.find((region) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region));
  if (wrong !== undefined)
    throw new UsageError(`--region takes the name of a Region, such as eu-west-1; got "${wrong}"`);
}

async function openAws({ kmsEndpoint, region }: KeyConfiguration, env: Session['terminal']['env']): Promise<KmsSource> {
  const { awsKms } = await importAws();
  const [defaultRegion] = region ?? [];
  const supplier = awsKms({
    ...(defaultRegion === undefined ? {} : { region: defaultRegion }),
    ...(kmsEndpoint === undefined
      ? {}
      : { endpoint: requireUrl(kmsEndpoint), ...placeholderCredentials(kmsEndpoint, env) }),
  });
  return { clientFor: supplier, localKeyArn: undefined, close: () => supplier.close() };
}

async function importAws(): Promise<typeof import('waxseal/aws')> {
  try {
    return await import('waxseal/aws');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'KMS keys need the AWS SDK: npm install @aws-sdk/client-kms (beside @waxseal/cli), or use --local',
    );
  }
}

function requireUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError('--kms-endpoint takes a URL, such as http://127.0.0.1:4566');
  return text;
}

/** A KMS on this very machine is an emulator: nobody has credentials for it. */
function placeholderCredentials(endpoint: string, env: Session['terminal']['env']): object {
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
  const hasCredentials = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'].some((name) => env[name]);
  return isLocal && !hasCredentials ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {};
}
