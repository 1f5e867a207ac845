// Run as a process of its own: re-wraps the branch keys of a directory and prints a dot for each record it moved.

import { FileStorage, rewrapBranchKeys } from '../src/index.ts';
import { endWithParent } from './end-with-parent.ts';
import { ARN, FakeKms, OTHER_ARN } from './fake-kms.ts';

endWithParent();
let printed = 0;
await rewrapBranchKeys({
  storage: new FileStorage({ path: process.argv[2] ?? '' }),
  kms: new FakeKms(),
  logicalName: 'keys',
  from: ARN,
  to: OTHER_ARN,
  onProgress: ({ rewrapped }) => {
    process.stdout.write('.'.repeat(rewrapped - printed));
    printed = rewrapped;
  },
});
