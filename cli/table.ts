import { styleText } from "node:util";
import stringWidth from "string-width";
import { toSingleLine } from "../functions/model/errors.ts";

/** One column of a table for people. */
export interface Column<Row> {
  readonly heading: string;
  readonly text: (row: Row) => string;
  /** What a program calls it. Default: the heading in lower case. */
  readonly member?: string;
  /** What a program reads, where people read something else: an instant, not how long ago it was. */
  readonly plain?: (row: Row) => string;
  /** What is cut of a text that is too wide: of a sentence its end, of a name its middle. Absent of one that is shown whole. */
  readonly cut?: Cut;
  /** Left out where it would take the room that other columns need. */
  readonly spare?: boolean;
  readonly color?: (row: Row) => Color | undefined;
}

export type Cut = "end" | "middle";
export type Color = "green" | "yellow" | "red";

/** Where a table is shown. */
export interface Surface {
  /** Columns of the terminal; Infinity where nothing has to fit. */
  readonly width: number;
  readonly colors: boolean;
}

/** The surface that a stream is: colors and a width on a terminal only, without colors where NO_COLOR is set. */
export function surfaceOf(stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "hasColors">): Surface {
  if (!stream.isTTY) return { width: Number.POSITIVE_INFINITY, colors: false };
  return { width: stream.columns || 80, colors: stream.hasColors() };
}

const GAP = "  ";
/** A column that may be cut is given this much at least before spare columns are. */
const MIN_COLUMN = 24;
const MAX_TEXT = 2_000;

/** Lays a table out by some of its rows. Answers what writes its heading, and what writes a row. */
export function layOut<Row>(columns: readonly Column<Row>[], sample: readonly Row[], { width, colors }: Surface) {
  const shown = columnsThatFit(
    columns.map((column) => ({ column, width: naturalWidth(column, sample) })),
    width,
  );
  const line = (texts: readonly string[], colorOf: (column: Column<Row>) => Color | "bold" | undefined) => {
    const cells = texts.map((text, index) => {
      const of = shown[index];
      if (!of) return "";
      const fitted = fitText(text, of.width, of.column.cut ?? "end");
      const padded = index < shown.length - 1 ? fitted + " ".repeat(of.width - stringWidth(fitted)) : fitted;
      // Newer Nodes look at the stream by themselves unless they are told not to; `colors` has done so.
      const color = colors ? colorOf(of.column) : undefined;
      return color ? styleText(color, padded, { validateStream: false }) : padded;
    });
    return `${cells.join(GAP)}\n`;
  };
  return {
    heading: () =>
      line(
        shown.map(({ column }) => column.heading),
        () => "bold",
      ),
    row: (row: Row) =>
      line(
        shown.map(({ column }) => textOf(column, row)),
        (column) => column.color?.(row),
      ),
  };
}

interface Sized<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

function naturalWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce((most, row) => Math.max(most, stringWidth(textOf(column, row))), stringWidth(column.heading));
}

/** A document may hold anything, escape sequences for the terminal too. */
function textOf<Row>(column: Column<Row>, row: Row): string {
  return toSingleLine(column.text(row), MAX_TEXT);
}

function columnsThatFit<Row>(columns: readonly Sized<Row>[], width: number): Sized<Row>[] {
  const least = (sized: readonly Sized<Row>[]) =>
    sumOf(sized.map((each) => (each.column.cut ? Math.min(each.width, MIN_COLUMN) : each.width))) + gaps(sized);
  let shown = [...columns];
  while (least(shown) > width) {
    const spare = shown.findLast(({ column }) => column.spare);
    if (!spare) break;
    shown = shown.filter((each) => each !== spare);
  }
  return narrowed(shown, width - gaps(shown));
}

/** Takes from the widest of the columns that may be cut until all fit; if that is not enough, from the others too. */
function narrowed<Row>(columns: readonly Sized<Row>[], room: number): Sized<Row>[] {
  const widths = columns.map(({ width }) => width);
  for (const floor of [4, 1]) {
    const may = columns.map(({ column }) => floor === 1 || column.cut !== undefined);
    while (sumOf(widths) > room) {
      const widest = Math.max(...widths.filter((_, index) => may[index]), 0);
      const index = widths.findIndex((each, at) => may[at] && each === widest);
      if (index === -1 || widest <= floor) break;
      widths[index] = widest - 1;
    }
  }
  return columns.map(({ column }, index) => ({ column, width: widths[index] ?? 1 }));
}

function gaps(columns: readonly unknown[]): number {
  return GAP.length * Math.max(0, columns.length - 1);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text if it is as narrow as that, otherwise what fits of it beside an ellipsis. */
export function fitText(text: string, width: number, cut: Cut): string {
  if (stringWidth(text) <= width) return text;
  const parts = [...characters.segment(text)].map(({ segment }) => segment);
  const room = width - 1;
  const tail = cut === "middle" ? beginningOf([...parts].reverse(), Math.floor(room / 2)).reverse() : [];
  const head = beginningOf(parts, room - stringWidth(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** As many of the characters as fit. */
function beginningOf(parts: readonly string[], width: number): string[] {
  const kept: string[] = [];
  let room = width;
  for (const part of parts) {
    room -= stringWidth(part);
    if (room < 0) break;
    kept.push(part);
  }
  return kept;
}
