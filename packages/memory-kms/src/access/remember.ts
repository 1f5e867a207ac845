/**
 * A pure function of a text that remembers its last answers.
 *
 * @param max - Answers that are kept; beyond it all are forgotten at once, so strangers' texts cost no memory.
 */
export function remember<T>(make: (text: string) => T, max = 1000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= max) known.clear();
    known.set(text, made);
    return made;
  };
}
