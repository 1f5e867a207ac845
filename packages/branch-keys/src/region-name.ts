/** The form that `@waxseal/keyring` asks of Regions, which exports it to nobody; a test holds the two together. */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/**
 * Checks the name of a Region, since it becomes part of a key ARN and of a host name.
 *
 * @throws TypeError when it does not look like one.
 */
export function requireRegion(region: unknown, field: string): string {
  if (typeof region === 'string' && REGION.test(region)) return region;
  throw new TypeError(`${field} must be the name of an AWS Region, such as us-east-1`);
}
