import { bundle } from '../../tsup.base.ts';

export default bundle(['index', 'node/index', 'crypto/index', 'crypto/node-engine', 'crypto/portable-engine']);
