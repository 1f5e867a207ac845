// How objects whose fields are private, or too many, look in logs.

/** The name of the method that Node's `util.inspect` and `console.log` ask for what to show. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Lets an object show these fields in logs, in place of itself. Not enumerable: whoever lists or spreads the object finds
 * nothing new. Not a method of a class: its name could not stand in a declaration file.
 *
 * @param name - Of its class.
 * @param fields - Asked at each showing. Nothing secret: they end up in logs. One that is undefined is left out.
 */
export function makeInspectable(object: object, name: string, fields: () => object): void {
  const Shown = Object.defineProperty(class {}, 'name', { value: name });
  const show = (): object => {
    const known = Object.entries(fields()).filter(([, value]) => value !== undefined);
    return Object.assign(new Shown(), Object.fromEntries(known));
  };
  Object.defineProperty(object, INSPECT, { value: show });
}
