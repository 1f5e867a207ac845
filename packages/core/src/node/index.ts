export { type DecryptStream, decryptStream } from './decrypt-stream.ts';
export { type EncryptStream, encryptStream } from './encrypt-stream.ts';
export { openFile } from './open-file.ts';
