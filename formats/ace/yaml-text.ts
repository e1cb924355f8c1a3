/** A scalar of a YAML file that every parser takes for the same text. */
export function scalar(text: string): string {
  const plain =
    /^-?[\w./+][\w./+@%=() :-]*$/.test(text) &&
    !/: |:$| $/.test(text) &&
    !/^(~|null|true|false)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** A number with the fewest digits that give it again. */
export function number(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** A list in flow style, of numbers or of lists. */
export function flow(values: ArrayLike<number> | readonly string[]): string {
  return `[${Array.from(values as ArrayLike<number | string>, (value) =>
    typeof value === 'number' ? number(value) : value,
  ).join(', ')}]`;
}

/** A map in flow style; its values are YAML already. */
export function flowMap(entries: Readonly<Record<string, string | number>>): string {
  const parts = Object.entries(entries).map(
    ([key, value]) => `${key}: ${typeof value === 'number' ? number(value) : value}`,
  );
  return `{${parts.join(', ')}}`;
}
