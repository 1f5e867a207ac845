// The three ways to reach a MemoryKms, under one type.

import { KMS } from '@aws-sdk/client-kms';
import { type MemoryKms, type MemoryKmsClient, startKmsServer } from '@waxseal/memory-kms';

export type FrontName = 'in process' | 'request handler' | 'HTTP server';

export type Front = {
  readonly name: FrontName;
  /** The same methods on all fronts; on two of them they are those of a genuine SDK client. */
  client(options?: {
    readonly region?: string;
    readonly account?: string;
    readonly maxAttempts?: number;
  }): MemoryKmsClient;
  close(): Promise<void>;
};

export const frontNames: readonly FrontName[] = ['in process', 'request handler', 'HTTP server'];

/** Opens one front of a KMS. */
export async function openFront(kms: MemoryKms, name: FrontName): Promise<Front> {
  if (name === 'in process') return inProcess(kms);
  const server = name === 'HTTP server' ? await startKmsServer(kms) : undefined;
  const made: KMS[] = [];
  return {
    name,
    client({ region = 'us-east-1', account = '111122223333', maxAttempts = 1 } = {}) {
      const client = new KMS({
        region,
        maxAttempts,
        credentials: { accessKeyId: account, secretAccessKey: 'secret' },
        ...(server === undefined ? { requestHandler: kms.requestHandler() } : { endpoint: server.url }),
      });
      made.push(client);
      return client as unknown as MemoryKmsClient;
    },
    async close() {
      for (const client of made) client.destroy();
      await server?.close();
    },
  };
}

function inProcess(kms: MemoryKms): Front {
  return {
    name: 'in process',
    client: ({ region = 'us-east-1', account = '111122223333' } = {}) =>
      kms.client({ region, principal: `arn:aws:iam::${account}:root` }),
    close: async () => undefined,
  };
}
