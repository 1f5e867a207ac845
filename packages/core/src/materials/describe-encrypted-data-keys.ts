import type { EncryptedDataKey } from '../format/encrypted-data-key.ts';
import { decodeText } from '../format/text.ts';

/** How many names an error has, and how many UTF-16 units of each. */
const MAX_NAMES = 5;
const MAX_NAME_LENGTH = 128;

/** What would act on a terminal, or end a line of a log. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Names a message's encrypted data keys for an error: provider ids and, where they are text, the keys behind them, such as
 * key ARNs. Whoever wrote the message chose them, and they end up in logs: escaped, and few.
 */
export function describeEncryptedDataKeys(keys: readonly EncryptedDataKey[]): string {
  const names = new Set(keys.map(describe));
  const shown = [...names].slice(0, MAX_NAMES).join(', ');
  return names.size > MAX_NAMES ? `${shown} and ${names.size - MAX_NAMES} others` : shown;
}

function describe({ providerId, providerInfo }: EncryptedDataKey): string {
  const key = decodeName(providerInfo);
  return key === undefined ? quote(providerId) : `${quote(providerId)} ${quote(key)}`;
}

/** @returns undefined for what is not text: raw AES keyrings put an initialization vector behind the name. */
function decodeName(providerInfo: Uint8Array): string | undefined {
  try {
    const text = decodeText(providerInfo, 'provider info');
    return text === '' || text.search(UNPRINTABLE) >= 0 ? undefined : text;
  } catch {
    return undefined;
  }
}

function quote(name: string): string {
  const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return JSON.stringify(name.slice(0, MAX_NAME_LENGTH)).replaceAll(UNPRINTABLE, escaped);
}
