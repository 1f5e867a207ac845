// The one check that every keyring makes on data keys: their length.

import type { AlgorithmSuite } from '@waxseal/core';

/**
 * Checks a data key that was handed in to be wrapped.
 *
 * @throws RangeError when its length is not the suite's.
 */
export function requireSuiteLength(dataKey: Uint8Array, suite: AlgorithmSuite): void {
  if (dataKey.length !== suite.dataKeyLength) {
    throw new RangeError(
      `the data key is ${dataKey.length} bytes long, suite ${suite.name} takes ${suite.dataKeyLength}`,
    );
  }
}
