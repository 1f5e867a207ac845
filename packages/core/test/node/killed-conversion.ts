// Run as a process of its own by files.test.ts: kills itself in the middle.

import { decryptFile, encryptFile } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const [, , direction, from = '', to = ''] = process.argv;
let calls = 0;
const onProgress = (): void => {
  calls += 1;
  if (calls === 3) process.kill(process.pid, 'SIGKILL');
};
const convert = direction === 'encrypt' ? encryptFile : decryptFile;
await convert(new FakeKeyring(), from, to, { onProgress });
