// A governor between keyrings and KMS: below the quota, readers first, and away from a Region that is down.

import { KmsGovernor } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring } from 'waxseal';

const memory = new MemoryKms();
const { KeyMetadata } = await memory.client().createKey({});

// This process's share of the account's quota. With AWS: governor.govern(awsKms({ maxAttempts: 1 })).
const governor = new KmsGovernor({ requestsPerSecond: 200, burst: 20 });
const kms = governor.govern((region) => memory.client({ region }));
const keys = new KmsKeyring({ kms, generatorKeyId: KeyMetadata?.Arn });

const started = performance.now();
const sealed = await Promise.all(Array.from({ length: 60 }, () => encrypt(keys, Buffer.from('x'))));
const seconds = (performance.now() - started) / 1_000;
console.log(`60 calls at no more than 20 + 200 a second: at least 0.2 s: ${seconds >= 0.19}`);

memory.faults.add({ error: 'ThrottlingException', times: 1 });
const [first] = sealed;
if (first !== undefined) await decrypt(keys, first.message);
const { requestsPerSecond = 0, throttled } = governor.stats()['us-east-1'] ?? {};
console.log(`throttled ${throttled} time, tried again, and slower since: ${requestsPerSecond < 200}`);
governor.close();
