// GenerateDataKey and Decrypt per second, one call after the other, on each front.

import {
  type CreateKeyCommandInput,
  type CreateKeyCommandOutput,
  type DecryptCommandInput,
  type DecryptCommandOutput,
  type GenerateDataKeyCommandInput,
  type GenerateDataKeyCommandOutput,
  KMS,
} from '@aws-sdk/client-kms';
import { MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { type Spread, spread } from '../harness/compare.ts';

/** Calls per second of wall time, and microseconds of processor time (client and KMS together) for each. */
export type CallRate = { readonly perSecond: Spread; readonly processorUs: Spread };

/** By front, then by operation. */
export type CallRates = Readonly<Record<string, Readonly<Record<string, CallRate>>>>;

interface Client {
  createKey(input: CreateKeyCommandInput): Promise<CreateKeyCommandOutput>;
  generateDataKey(input: GenerateDataKeyCommandInput): Promise<GenerateDataKeyCommandOutput>;
  decrypt(input: DecryptCommandInput): Promise<DecryptCommandOutput>;
}

const EncryptionContext = { tenant: 't1', purpose: 'benchmark' };

/**
 * Measures all fronts in turns, so that a slow moment hits all of them.
 *
 * @param rounds - How often; the first round warms up and does not count.
 * @param calls - Calls of each operation in a round.
 */
export async function measureCallRates(rounds: number, calls: number): Promise<CallRates> {
  const kms = new MemoryKms();
  await using server = await startKmsServer(kms);
  const shared = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const fronts: Readonly<Record<string, Client>> = {
    'in process': kms.client(),
    'request handler under the SDK': new KMS({ ...shared, requestHandler: kms.requestHandler() }),
    'HTTP server under the SDK': new KMS({ ...shared, endpoint: server.url }),
  };
  const samples = new Map<string, Sample[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, client] of Object.entries(fronts)) {
      for (const [operation, sample] of Object.entries(await measureRound(client, calls))) {
        const place = `${name}\n${operation}`;
        if (round > 0) samples.set(place, [...(samples.get(place) ?? []), sample]);
      }
    }
  }
  return Object.fromEntries(Object.keys(fronts).map((name) => [name, ratesOf(name, samples)]));
}

type Sample = { readonly perSecond: number; readonly processorUs: number };

async function measureRound(client: Client, calls: number): Promise<Record<string, Sample>> {
  const KeyId = (await client.createKey({})).KeyMetadata?.KeyId;
  const request = { KeyId, KeySpec: 'AES_256' as const, EncryptionContext };
  const { CiphertextBlob } = await client.generateDataKey(request);
  return {
    GenerateDataKey: await measure(calls, () => client.generateDataKey(request)),
    Decrypt: await measure(calls, () => client.decrypt({ CiphertextBlob, EncryptionContext })),
  };
}

async function measure(calls: number, call: () => Promise<unknown>): Promise<Sample> {
  const start = performance.now();
  const before = process.cpuUsage();
  for (let count = 0; count < calls; count++) await call();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: calls / ((performance.now() - start) / 1000), processorUs: (user + system) / calls };
}

function ratesOf(front: string, samples: ReadonlyMap<string, readonly Sample[]>): Record<string, CallRate> {
  const rate = (operation: string): CallRate => {
    const measured = samples.get(`${front}\n${operation}`) ?? [];
    return {
      perSecond: spread(measured.map(({ perSecond }) => perSecond)),
      processorUs: spread(measured.map(({ processorUs }) => processorUs)),
    };
  };
  return { GenerateDataKey: rate('GenerateDataKey'), Decrypt: rate('Decrypt') };
}
