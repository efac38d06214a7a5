import { ITEM_MEMBERS } from "../../functions/api/parameters.ts";
import type { NamedItemBody } from "../../functions/export/columns.ts";
import type { Destination } from "../../functions/export/destination.ts";
import type { Format } from "../../functions/export/formats.ts";
import { type ExportedFile, isExportPath, MANIFEST, manifestText } from "../../functions/export/manifest.ts";
import { writeFiles } from "../../functions/export/write.ts";
import type { Instant } from "../../functions/model/instant.ts";
import { counted } from "../counted.ts";
import { note, print } from "../output.ts";
import { type Api, type ApiOptions, entriesOf, openApi, type Query } from "../read/api.ts";
import type { Settings } from "../settings.ts";
import { LocalError } from "../usage.ts";
import { openDestination } from "./destination.ts";

export interface ExportOptions extends ApiOptions {
  readonly to: string;
  readonly format?: Format;
  readonly at?: string;
  readonly source?: string;
  readonly account?: string;
  readonly region?: string;
  readonly replace?: boolean;
}

/** Writes the items of an instant to where the options say, and prints what the manifest is called. */
export async function exportItems(options: ExportOptions, settings: Settings): Promise<void> {
  const { format = "parquet", replace = false, api: url, profile, ...rest } = options;
  // A profile signs requests to the API and to the bucket, where there are any.
  const named = profile !== undefined && (url !== undefined || !options.to.startsWith("s3:"));
  const [destination, api] = await Promise.all([
    openDestination(options.to, profile),
    openApi({ ...rest, ...(url !== undefined && { api: url }), ...(named && { profile }) }, settings),
  ]);
  try {
    const only = chosen(options);
    const query: Query = Object.entries(only);
    // The instant is fixed before anything is written: every page is read at it.
    const { asOf, freshAt } = await api.get<Answer>("/v1/items", [...query, ["at", options.at], ["limit", "1"]]);
    await clear(destination, replace);
    const files: ExportedFile[] = [];
    const items = itemsOf(api, [...query, ["at", asOf]]);
    for await (const { file } of writeFiles(items, { destination, format, asOf })) files.push(file);
    await destination.put(MANIFEST, manifestText({ format, asOf, freshAt, only, files }));
    const count = files.reduce((sum, file) => sum + file.items, 0);
    if (count === 0) note(`There were no items at ${asOf}: the export has no files but its manifest.`);
    await print(
      `${destination.name}/${MANIFEST}: ${counted(count, "item")} in ${counted(files.length, "file")}, as of ${asOf}\n`,
    );
  } finally {
    await Promise.all([api.close(), destination.end()]);
  }
}

interface Answer {
  readonly asOf: Instant;
  readonly freshAt?: Instant;
}

function chosen({ source, account, region }: ExportOptions): Record<string, string> {
  return { ...(source && { source }), ...(account && { account }), ...(region && { region }) };
}

async function* itemsOf(api: Api, query: Query): AsyncGenerator<NamedItemBody> {
  const whole: Query = [...query, ["fields", ITEM_MEMBERS.join(",")]];
  yield* entriesOf<NamedItemBody>(api, "/v1/items", whole, Number.POSITIVE_INFINITY);
}

/**
 * Makes the destination empty: removes what an export that did not end has left, and a finished one only to replace it. Its manifest goes
 * first, so that it is not taken for finished while its files go.
 */
async function clear(destination: Destination, replace: boolean): Promise<void> {
  const { name } = destination;
  const manifest = await destination.read(MANIFEST);
  const paths: string[] = [];
  for await (const path of destination.list()) {
    if (!isExportPath(path)) throw new LocalError(`${name} has other files, such as ${path}: export into a new folder`);
    if (path !== MANIFEST) paths.push(path);
  }
  if (manifest !== undefined) {
    if (!replace)
      throw new LocalError(
        `${name} has a finished export${instantIn(manifest)}: add --replace, or name another folder`,
      );
    await destination.remove([MANIFEST]);
  }
  await destination.remove(paths);
}

function instantIn(manifest: string): string {
  const found = /"as_of":"([^"]+)"/.exec(manifest)?.[1];
  return found === undefined ? "" : `, as of ${found}`;
}
