// Run as a process of its own: makes versions of one branch key in a directory and prints them, one a line.

import { BranchKeyStore, FileStorage } from '../src/index.ts';
import { endWithParent } from './end-with-parent.ts';
import { ARN, FakeKms } from './fake-kms.ts';

endWithParent();
const [path = '', branchKeyId = '', count = '0'] = process.argv.slice(2);
const storage = new FileStorage({ path });
const store = new BranchKeyStore({ storage, kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN } });
for (let made = 0; made < Number(count); made += 1) {
  const { version } = await store.versionKey(branchKeyId);
  process.stdout.write(`${version}\n`);
}
