// Runs some processes of a fleet, one after the other, through the real managers and keyrings under a simulated clock.

import { BranchKeyStore, HierarchicalKeyring, MemoryStorage } from '@waxseal/branch-keys';
import {
  algorithmSuites,
  CommitmentPolicy,
  DefaultMaterialsManager,
  type EncryptionMaterials,
  type Keyring,
  type MaterialsManager,
} from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import { KmsKeyring } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { arrivals, type CallRate, type Fleet, type Strategy, seededRandom } from './fleet.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** What is simulated. */
export type Simulation = {
  readonly strategy: Strategy;
  readonly fleet: Fleet;
  /** Writers and readers that are run; the rest behave alike, so that their calls are counted by the rule of three. */
  readonly sample: number;
};

type Request = { readonly tenant: number; readonly writer: number; readonly second: number };
type Message = Pick<EncryptionMaterials, 'encryptionContext' | 'encryptedDataKeys' | 'algorithmSuite'>;

const commitmentPolicy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;
/** A suite without signature: a key pair for each uncached message would only slow the simulation. */
const algorithmSuite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;

/** @returns The KMS calls in a second of the whole fleet. */
export async function simulateFleet(simulation: Simulation): Promise<CallRate> {
  const world = await World.create(simulation);
  const { writers, readers, seconds } = simulation.fleet;
  const count = async (role: 'write' | 'read', size: number): Promise<number> => {
    const sample = Math.min(simulation.sample, size);
    let calls = 0;
    for (let index = 0; index < sample; index += 1) calls += await world.run(role, index);
    return (calls * size) / sample / seconds;
  };
  return { writing: await count('write', writers), reading: await count('read', readers) };
}

class World {
  readonly #simulation: Simulation;
  readonly #kms: MemoryKms;
  readonly #keyArn: string;
  readonly #keyStore: BranchKeyStore;
  readonly #messages = new Map<string, Message>();
  /** Makes the messages that readers meet; its own calls to KMS do not count. */
  readonly #sender: MaterialsManager;

  private constructor(simulation: Simulation, kms: MemoryKms, keyArn: string, keyStore: BranchKeyStore) {
    this.#simulation = simulation;
    this.#kms = kms;
    this.#keyArn = keyArn;
    this.#keyStore = keyStore;
    const branchKeys = simulation.strategy === 'branch key per tenant' || simulation.strategy === 'one branch key';
    const clock = new SimulatedClock();
    this.#sender = new DefaultMaterialsManager(
      branchKeys ? this.#hierarchicalKeyring(clock, 1) : new KmsKeyring({ kms: kms.client(), generatorKeyId: keyArn }),
    );
  }

  static async create(simulation: Simulation): Promise<World> {
    const kms = new MemoryKms();
    const { KeyMetadata } = await kms.client().createKey({});
    const arn = KeyMetadata?.Arn ?? '';
    const storage = new MemoryStorage();
    const store = new BranchKeyStore({ storage, kms: kms.client(), logicalName: 'fleet', kmsKey: { arn } });
    for (let tenant = 0; tenant < simulation.fleet.tenants; tenant += 1) {
      await store.createKey({ branchKeyId: `tenant-${tenant}`, encryptionContext: { tenant: `${tenant}` } });
    }
    return new World(simulation, kms, arn, store);
  }

  /** Runs one process through the warm-up and the measured time. @returns Its KMS calls in the measured time. */
  async run(role: 'write' | 'read', index: number): Promise<number> {
    const { fleet } = this.#simulation;
    const random = seededRandom((role === 'write' ? 1 : 2) * 1_000_003 + index);
    const clock = new SimulatedClock();
    const manager = this.#managerOf(clock);
    const processes = role === 'write' ? fleet.writers : fleet.readers;
    let calls = 0;
    for (const second of arrivals(fleet.messagesPerSecond / processes, 2 * fleet.seconds, random)) {
      clock.moveTo(second * 1000);
      const tenant = Math.floor(random() * fleet.tenants);
      const writer = role === 'write' ? index : Math.floor(random() * fleet.writers);
      const message = role === 'read' ? await this.#messageOf({ tenant, writer, second }) : undefined;
      const before = this.#kms.callCount();
      await (message === undefined ? write(manager, tenant) : read(manager, message));
      if (second >= fleet.seconds) calls += this.#kms.callCount() - before;
    }
    return calls;
  }

  #managerOf(clock: SimulatedClock): MaterialsManager {
    const { strategy, fleet } = this.#simulation;
    const maxAgeMs = fleet.seconds * 1000;
    const kmsKeyring = new KmsKeyring({ kms: this.#kms.client(), generatorKeyId: this.#keyArn });
    if (strategy === 'no cache') return new DefaultMaterialsManager(kmsKeyring);
    if (strategy === 'data-key cache') {
      // Enough for every data key of the fleet; with less a reader would call KMS more often.
      const capacity = 4 * fleet.writers * fleet.tenants;
      return new CachingMaterialsManager({ source: kmsKeyring, maxAgeMs, jitter: 0, capacity, clock });
    }
    return new DefaultMaterialsManager(this.#hierarchicalKeyring(clock, maxAgeMs));
  }

  #hierarchicalKeyring(clock: SimulatedClock, maxAgeMs: number): Keyring {
    const shared = { keyStore: this.#keyStore, maxAgeMs, jitter: 0, clock };
    if (this.#simulation.strategy === 'one branch key')
      return new HierarchicalKeyring({ ...shared, branchKeyId: 'tenant-0' });
    return new HierarchicalKeyring({ ...shared, branchKeyIdFor: ({ tenant }) => `tenant-${tenant}` });
  }

  /**
   * The message that a reader meets. Under a data-key cache, messages of one writer and tenant share a data key until its
   * age ends, which happens at another moment for each of them; else each message has its own.
   */
  async #messageOf({ tenant, writer, second }: Request): Promise<Message> {
    const { strategy, fleet } = this.#simulation;
    if (strategy !== 'data-key cache') return this.#memoized(`${tenant}`, tenant);
    const phase = seededRandom(writer * fleet.tenants + tenant)();
    const period = Math.floor(second / fleet.seconds + phase);
    return this.#memoized(`${writer} ${tenant} ${period}`, tenant);
  }

  async #memoized(id: string, tenant: number): Promise<Message> {
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    const message = await write(this.#sender, tenant);
    this.#messages.set(id, message);
    return message;
  }
}

async function write(manager: MaterialsManager, tenant: number): Promise<Message> {
  const lease = await manager.getEncryptionMaterials({
    commitmentPolicy,
    algorithmSuite,
    encryptionContext: { tenant: `${tenant}` },
    plaintextLength: 1024,
  });
  const { encryptionContext, encryptedDataKeys } = lease.materials;
  lease.release();
  return { encryptionContext, encryptedDataKeys, algorithmSuite };
}

async function read(manager: MaterialsManager, message: Message): Promise<void> {
  (await manager.getDecryptionMaterials({ commitmentPolicy, ...message })).release();
}
