declare module "dynalite/db/index.js" {
  /** An item as DynamoDB's protocol writes it. */
  export type WireItem = Record<string, Record<string, unknown>>;

  interface LevelPut {
    readonly type: "put";
    readonly key: string;
    readonly value: WireItem;
  }

  interface SubDatabase {
    batch(operations: readonly LevelPut[], done: (error?: Error | null) => void): void;
  }

  interface Table {
    readonly TableName: string;
    readonly GlobalSecondaryIndexes?: readonly object[];
  }

  export interface DynaliteStore {
    getTable(name: string, done: (error: Error | null, table: Table) => void): void;
    getItemDb(table: string): SubDatabase;
    getIndexDb(kind: "Global", table: string, index: string): SubDatabase;
  }

  const database: {
    create(options: object): DynaliteStore;
    createKey(item: WireItem, table: Table): string;
    getIndexActions(
      indexes: readonly object[],
      existing: undefined,
      item: WireItem,
      table: Table,
    ): { readonly puts: readonly { readonly index: string; readonly key: string; readonly item: WireItem }[] };
    /** Bytes of an item by DynamoDB's rules. */
    itemSize(item: WireItem): number;
  };
  export default database;
}
