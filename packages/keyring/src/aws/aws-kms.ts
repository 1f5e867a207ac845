// Clients of the AWS SDK, one for each Region, made on demand.

import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms';
import { isRegionName } from '../region-name.ts';

/** Supplies SDK clients; throws for what is no Region, and after `close`, which destroys the clients. */
export type AwsKmsSupplier = ((region: string | undefined) => KMS) & {
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

const MAX_CLIENTS = 32;
const DEFAULT_REGION = '';

/** Half of what a caller usually waits: the SDK itself has no time limit at all. */
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 5_000 };

/**
 * Supplies the AWS SDK's `KMS` clients for keyrings: `new KmsKeyring({ kms: awsKms(), … })`.
 *
 * A discovery keyring takes Regions out of messages, which strangers may have written. Therefore: names that do not look
 * like a Region get no client; there are at most 32 clients; and one is kept for good only after KMS has answered it,
 * so that invented Regions push out each other and never a client in use.
 *
 * @param config - For every client: credentials, `endpoint`, `maxAttempts`, `requestHandler`. `region` serves key ids
 *   that name none. Without a `requestHandler`: 2 s to connect, 5 s for an answer.
 * @throws TypeError when it is no object.
 */
export function awsKms(config: KMSClientConfig = {}): AwsKmsSupplier {
  requireConfig(config);
  const clients = new RegionClients((region) => new KMS({ requestHandler: TIMEOUTS, ...config, ...region }));
  const supply = (region: string | undefined): KMS => {
    if (region !== undefined && !isRegionName(region)) throw new RangeError('this is not the name of an AWS Region');
    return clients.get(region ?? DEFAULT_REGION);
  };
  return Object.assign(supply, {
    close: () => clients.close(),
    [Symbol.asyncDispose]: async () => clients.close(),
  });
}

// A Region as `config` is what comes of `kms: awsKms`, and of a guess.
function requireConfig(config: unknown): void {
  if (typeof config === 'object' && config !== null) return;
  throw new TypeError(
    'config must be an object, such as { region }; a keyring is given what awsKms returns: kms: awsKms()',
  );
}

/** At most 32 clients by Region, in order of last use; those that never got an answer go first. */
class RegionClients {
  readonly #create: (region: { region?: string }) => KMS;
  readonly #clients = new Map<string, KMS>();
  readonly #answered = new Set<string>();
  #closed = false;

  constructor(create: (region: { region?: string }) => KMS) {
    this.#create = create;
  }

  get(region: string): KMS {
    if (this.#closed) throw new TypeError('awsKms was closed');
    const client = this.#clients.get(region) ?? this.#add(region);
    this.#clients.delete(region);
    this.#clients.set(region, client);
    return client;
  }

  close(): void {
    this.#closed = true;
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }

  #add(region: string): KMS {
    if (this.#clients.size >= MAX_CLIENTS) this.#dropOne();
    const client = this.#create(region === DEFAULT_REGION ? {} : { region });
    // Nearest to the socket, where any answer at all counts, a refusal included.
    client.middlewareStack.add(
      (next) => async (input) => {
        const output = await next(input);
        if (this.#clients.get(region) === client) this.#answered.add(region);
        return output;
      },
      { step: 'deserialize', priority: 'low', name: 'waxsealAnswered' },
    );
    return client;
  }

  // Not destroyed: a call may still be under way. Its idle sockets close by themselves and keep no process alive.
  #dropOne(): void {
    const regions = [...this.#clients.keys()];
    const victim = regions.find((region) => !this.#answered.has(region)) ?? regions[0];
    if (victim === undefined) return;
    this.#clients.delete(victim);
    this.#answered.delete(victim);
  }
}
