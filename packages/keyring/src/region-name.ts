/** Names of AWS Regions, `us-east-1` to `us-iso-east-1`: what may become part of a host name. */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/** Whether a text looks like the name of an AWS Region. */
export function isRegionName(text: unknown): text is string {
  return typeof text === 'string' && REGION.test(text);
}

/**
 * Checks the name of a Region.
 *
 * @throws TypeError when it does not look like one.
 */
export function requireRegion(region: unknown, field: string): string {
  if (isRegionName(region)) return region;
  throw new TypeError(`${field} must be the name of an AWS Region, such as us-east-1`);
}
