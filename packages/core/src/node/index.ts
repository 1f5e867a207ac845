export { type DecryptFileOptions, type DecryptFileResult, decryptFile } from './decrypt-file.ts';
export { type DecryptStream, decryptStream, type NodeDecryptStreamOptions } from './decrypt-stream.ts';
export { type EncryptFileOptions, type EncryptFileResult, encryptFile } from './encrypt-file.ts';
export { type EncryptStream, encryptStream, type NodeEncryptStreamOptions } from './encrypt-stream.ts';
export type { FileOptions, FileProgress } from './file-options.ts';
export { openFile } from './open-file.ts';
export type { StreamOptions } from './stream-options.ts';
