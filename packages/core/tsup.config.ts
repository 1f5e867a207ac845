import { bundle } from '../../tsup.base.ts';

export default bundle([
  'index',
  'node/index',
  'node/thread-worker',
  'crypto/index',
  'crypto/node-engine',
  'crypto/portable-engine',
]);
