/**
 * Checks an option that is an object with methods.
 *
 * @throws TypeError
 */
export function requireMethods<Port extends object>(
  port: Port,
  methods: readonly (keyof Port & string)[],
  field: string,
): Port {
  const isComplete = methods.every((method) => typeof (port as Partial<Port> | null)?.[method] === 'function');
  if (isComplete) return port;
  throw new TypeError(`${field} must be an object with ${methods.join(', ')}`);
}
