import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { csvRow } from "../api/csv.ts";
import { COLUMNS, type Row } from "./columns.ts";
import type { Format } from "./formats.ts";

/** Makes the bytes of one file of its rows, a stretch at a time, so that no more than a stretch is in memory. */
export interface Encoder {
  /** Adds a row. Answers the bytes that are finished by now, if any. */
  add(row: Row): Uint8Array | undefined;
  /** Ends the file. Answers its last bytes. */
  end(): Uint8Array;
}

/** Begins a file of the format. The same rows give the same bytes. */
export function createEncoder(format: Format): Encoder {
  switch (format) {
    case "parquet":
      return parquetEncoder();
    case "csv":
      return textEncoder(csvRow, csvRow(COLUMNS.map(({ name }) => name)));
    case "ndjson":
      return textEncoder(jsonLine);
  }
}

/** Characters of text, and rows, after which a stretch is ended. */
const MAX_CHARACTERS = 8_000_000;
const MAX_GROUP_ROWS = 20_000;

function textEncoder(lineOf: (row: Row) => string, header = ""): Encoder {
  let text = header;
  const take = () => {
    const bytes = Buffer.from(text);
    text = "";
    return bytes;
  };
  return {
    add(row) {
      text += lineOf(row);
      return text.length > MAX_CHARACTERS ? take() : undefined;
    },
    end: take,
  };
}

/** The columns by name. The document, the last of them, is JSON already. */
function jsonLine(row: Row): string {
  const members = COLUMNS.map(({ name }, index) => {
    const value = row[index];
    return `${JSON.stringify(name)}:${name === "document" ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(",")}}\n`;
}

/** Parquet, compressed with Snappy. Each stretch of rows is a row group. */
function parquetEncoder(): Encoder {
  const columnsOf = (rows: readonly Row[]) =>
    COLUMNS.map(({ name, type, nullable }, index) => ({
      name,
      nullable,
      type: type === "integer" ? ("INT32" as const) : ("STRING" as const),
      data: rows.map((row) => row[index]),
    }));
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columnsOf([]) });
  const file = new ParquetWriter({ writer, schema, createdBy: "stocktake" });
  let rows: Row[] = [];
  let characters = 0;
  const endGroup = () => {
    if (rows.length > 0) file.write({ columnData: columnsOf(rows), rowGroupSize: rows.length });
    rows = [];
    characters = 0;
  };
  // The writer goes on at the beginning of its buffer, and still counts all bytes.
  const take = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    add(row) {
      rows.push(row);
      for (const value of row) if (typeof value === "string") characters += value.length;
      if (rows.length < MAX_GROUP_ROWS && characters < MAX_CHARACTERS) return undefined;
      endGroup();
      return take();
    },
    end() {
      endGroup();
      file.finish();
      return take();
    },
  };
}
