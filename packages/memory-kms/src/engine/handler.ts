// What an operation's code looks like to the engine.

import type { Invocation, KeyInvocation } from './invocation.ts';
import type { Input, OperationName, Output } from './operation-types.ts';

/** An operation on the one key that its `KeyId` names: found, authorized and in a fitting state before this runs. */
export type KeyHandler<Name extends OperationName> = (
  invocation: KeyInvocation<Input<Name>>,
) => Output<Name> | Promise<Output<Name>>;

/** An operation that names no key, several, or one in its own way: it asks the authorizer itself. */
export type FreeHandler<Name extends OperationName> = (
  invocation: Invocation<Input<Name>>,
) => Output<Name> | Promise<Output<Name>>;
