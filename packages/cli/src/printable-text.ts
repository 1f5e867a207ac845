// Text of a message on a terminal: whoever wrote the message must not be able to move the cursor or forge lines.

/** @returns The text, with control characters, line ends and signs that change the direction of writing spelt out. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
