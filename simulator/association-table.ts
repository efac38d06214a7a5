import type { Association } from "./shapes.ts";
import { compareText, SortedList } from "./sorted-list.ts";

export const ASSOCIATION_ORDERS = [
  "SourceArn",
  "DestinationArn",
  "SourceType",
  "DestinationType",
  "CreationTime",
] as const;

export type AssociationOrder = (typeof ASSOCIATION_ORDERS)[number];

/** What places an association in an order: its identity and, where the order is by type, that type. */
export type AssociationKey = Pick<Association, "CreationTime" | "SourceArn" | "DestinationArn"> &
  Partial<Pick<Association, "SourceType" | "DestinationType">>;

type Sorted = SortedList<Association, AssociationKey>;

/** Lineage associations, sorted by creation and, once somebody asked for it, by another member too. */
export class AssociationTable implements Iterable<Association> {
  readonly #byCreation: Sorted;
  readonly #others = new Map<AssociationOrder, Sorted>();

  /** Takes the associations in any order. */
  constructor(associations: Iterable<Association> = []) {
    this.#byCreation = new SortedList(compareIdentity, associations);
  }

  get length(): number {
    return this.#byCreation.length;
  }

  at(index: number): Association | undefined {
    return this.#byCreation.at(index);
  }

  /** Oldest first. */
  [Symbol.iterator](): Iterator<Association> {
    return this.#byCreation[Symbol.iterator]();
  }

  get(key: AssociationKey): Association | undefined {
    return this.#byCreation.get(key);
  }

  /** Adds the association, or replaces the one with the same CreationTime, SourceArn and DestinationArn. */
  put(association: Association): void {
    this.remove(association);
    this.#byCreation.put(association);
    for (const other of this.#others.values()) other.put(association);
  }

  /** Removes the association with this identity; false when there was none. */
  remove(key: AssociationKey): boolean {
    const there = this.#byCreation.get(key);
    if (there === undefined) return false;
    for (const other of this.#others.values()) other.remove(there);
    return this.#byCreation.remove(there);
  }

  /** All associations in ascending order. The first call for an order other than CreationTime sorts. */
  sortedBy(order: AssociationOrder): Sorted {
    if (order === "CreationTime") return this.#byCreation;
    const known = this.#others.get(order) ?? new SortedList(comparison(order), this.#byCreation);
    this.#others.set(order, known);
    return known;
  }
}

function comparison(order: Exclude<AssociationOrder, "CreationTime">) {
  return (a: AssociationKey, b: AssociationKey) => compareText(a[order] ?? "", b[order] ?? "") || compareIdentity(a, b);
}

function compareIdentity(a: AssociationKey, b: AssociationKey): number {
  return (
    a.CreationTime - b.CreationTime ||
    compareText(a.SourceArn, b.SourceArn) ||
    compareText(a.DestinationArn, b.DestinationArn)
  );
}
