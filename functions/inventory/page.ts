/** What one read of a list gave. */
export interface ReadPage<Row, Next> {
  readonly rows: readonly Row[];
  /** How many records were read: some give no row. */
  readonly read: number;
  /** Where to go on, in the order of the page; absent at the end. */
  readonly next?: Next;
}
