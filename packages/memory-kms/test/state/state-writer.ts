// Child process of the state tests: node state-writer.mjs FILE NAME COUNT [LOCK-TIMEOUT-MS]. Adds keys to the state file
// one by one and tells each one when its write has been acknowledged. COUNT 0: until killed, or for a minute should
// nobody do that.

import { KeyStore } from '../../src/engine/key-store.ts';
import { StateFile } from '../../src/state/state-file.ts';
import { sampleKey } from './sample-state.ts';

const [path = '', name = '', count = '0', lockTimeoutMs = '10000'] = process.argv.slice(2);
const deadline = Date.now() + 60_000;
const store = new KeyStore();
const file = await StateFile.open(path, store, Number(lockTimeoutMs));
for (let index = 0; count === '0' ? Date.now() < deadline : index < Number(count); index += 1) {
  await file.run(() => store.put(sampleKey(name, index)));
  process.stdout.write(`${index}\n`);
}
