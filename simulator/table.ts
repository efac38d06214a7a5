import { compareText, SortedList } from "./sorted-list.ts";

/** A member by which rows are identified or sorted. */
export type Member<Row> = keyof Row & string;

type Sorted<Row extends Partial<Row>> = SortedList<Row, Partial<Row>>;

/** Rows sorted by their identity and, once somebody asked for it, by another member too. */
export class Table<Row extends Partial<Row>> implements Iterable<Row> {
  /** The members that tell rows apart, in the order in which they sort. */
  readonly identity: readonly Member<Row>[];
  readonly #byIdentity: Sorted<Row>;
  readonly #others = new Map<Member<Row>, Sorted<Row>>();

  /** Takes the rows in any order. Of several with the same identity the last one stays. */
  constructor(identity: readonly Member<Row>[], rows: Iterable<Row> = []) {
    this.identity = identity;
    this.#byIdentity = new SortedList(comparison(identity), rows);
  }

  get length(): number {
    return this.#byIdentity.length;
  }

  at(index: number): Row | undefined {
    return this.#byIdentity.at(index);
  }

  /** In the order of identity. */
  [Symbol.iterator](): Iterator<Row> {
    return this.#byIdentity[Symbol.iterator]();
  }

  get(key: Partial<Row>): Row | undefined {
    return this.#byIdentity.get(key);
  }

  /** The first row whose member has that value. */
  find<Name extends Member<Row>>(member: Name, value: Row[Name]): Row | undefined {
    for (const row of this) if (row[member] === value) return row;
    return undefined;
  }

  /** Adds the row, or replaces the one with its identity. */
  put(row: Row): void {
    if (this.#others.size > 0) this.remove(row);
    this.#byIdentity.put(row);
    for (const other of this.#others.values()) other.put(row);
  }

  /** Removes the row with this identity; false when there was none. */
  remove(key: Partial<Row>): boolean {
    const there = this.#byIdentity.get(key);
    if (there === undefined) return false;
    for (const other of this.#others.values()) other.remove(there);
    return this.#byIdentity.remove(there);
  }

  /** All rows in ascending order of a member. The first call for a member other than the first of the identity sorts. */
  sortedBy(member: Member<Row>): Sorted<Row> {
    if (member === this.identity[0]) return this.#byIdentity;
    const known = this.#others.get(member) ?? new SortedList(comparison([member, ...this.identity]), this.#byIdentity);
    this.#others.set(member, known);
    return known;
  }
}

function comparison<Row>(members: readonly Member<Row>[]) {
  return (a: Partial<Row>, b: Partial<Row>) => {
    for (const member of members) {
      const order = compare(a[member], b[member]);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Numbers by size, all else as text; what is missing sorts first. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareText(String(a ?? ""), String(b ?? ""));
}
