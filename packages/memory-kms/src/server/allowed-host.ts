// Which Host headers a server answers: a defence against DNS rebinding, where a web page reaches a server on loopback
// under a name of its own.

/**
 * Whether a Host header may be answered: IP addresses, `localhost` and names below it, names without a dot (a page on
 * the web has none), the endpoints of KMS, and names that were allowed on purpose.
 *
 * @param header - As sent, with or without a port; its absence (HTTP/1.0) is no browser's.
 * @param allowed - Further names, in lower case.
 */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined) return true;
  const name = header.toLowerCase().replace(/:\d+$/, '');
  return SAFE.some((pattern) => pattern.test(name)) || allowed.includes(name);
}

const SAFE = [
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^\[[0-9a-f:.]+\]$/,
  /^[a-z0-9_-]+$/,
  /^(?:[a-z0-9-]+\.)+localhost$/,
  /^kms(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
] as const;
