// The library's errors name its own options; on the command line these have other names.

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/\bpass acceptUnsignedRanges: true\b/, 'give --accept-unsigned-ranges'],
  [/\bpass commitmentPolicy: '([A-Z_]+)'/, 'give --commitment-policy $1'],
  [/\bpass overwrite: true\b/, 'give --force'],
  [/\bsigned: 'forbid' was asked for/, '--unsigned-only was given'],
  [/\bInfinity lifts it/, '"none" lifts it'],
  [/, see `attempts`/, ''],
  [/\bmaxEncryptedDataKeys\b/, '--max-encrypted-data-keys'],
  [/\bmaxHeaderLength\b/, '--max-header-length'],
  [/\bmaxFrameLength\b/, '--max-frame-length'],
  [/\bmaxPlaintextLength\b/, '--max-plaintext-length'],
  [/^frameLength\b/, '--frame-length'],
  [/^parallelism\b/, '--parallelism'],
];

/** @returns An error's text, with options as they are given here. */
export function inOptionWords(text: string): string {
  return WORDS.reduce((result, [pattern, words]) => result.replace(pattern, words), text);
}
