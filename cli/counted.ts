const number = new Intl.NumberFormat("en");

/** How many of something, as people write it: `1 target`, `1,234 targets`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}
