// How objects with private fields look in logs.

/**
 * The name of the method that Node's `util.inspect` and `console.log` ask for what to show. A registered symbol, so that
 * nothing has to be imported where there is no Node.
 */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * Lets logs show these fields, under the name of the object's class, in place of private ones. For a constructor to call:
 * no declaration can tell of a method whose name is computed.
 *
 * @param fields - Called for each log. Nothing secret; what is undefined is left out.
 */
export function makeInspectable(object: object, fields: () => object): void {
  const show = (): object => {
    const Shown = Object.defineProperty(class {}, 'name', { value: object.constructor.name });
    const known = Object.entries(fields()).filter(([, value]) => value !== undefined);
    return Object.assign(new Shown(), Object.fromEntries(known));
  };
  Object.defineProperty(object, INSPECT, { value: show });
}

/** A part that may be somebody's own: itself where it says what to show, else the name of its class, for all it may hold. */
export function shownPart(part: object): object | string {
  return INSPECT in part ? part : (part.constructor?.name ?? 'object');
}
