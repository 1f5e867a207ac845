import type { KeyHandler } from '../engine/handler.ts';
import { keyMetadata } from '../engine/key-metadata.ts';

/** The metadata of a key, in any state. */
export const describeKey: KeyHandler<'DescribeKey'> = ({ key, now }) => ({ KeyMetadata: keyMetadata(key, now) });
