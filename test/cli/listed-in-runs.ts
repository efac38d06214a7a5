import { essenceOf } from "./listings.ts";
import type { WatchedRequest } from "./watched.ts";

/*
 * A plain model of what the services listed, read off the wire: the pages of every walk that came to its end. What
 * the inventory ever says must be one of these listings, whole.
 */

/** One whole listing, in the run of the command that asked for it. */
interface Listing {
  readonly run: number;
  readonly essence: string;
}

const LISTS: Record<string, { readonly source: string; readonly list: string; readonly token: string }> = {
  "SageMaker.ListAssociations": { source: "sagemaker.associations", list: "AssociationSummaries", token: "NextToken" },
  "GET /memberships": { source: "cleanrooms.memberships", list: "membershipSummaries", token: "nextToken" },
  "GET /account-associations": { source: "iot.account-associations", list: "Items", token: "NextToken" },
  "WorkspacesService.DescribeWorkspaceImages": { source: "workspaces.images", list: "Images", token: "NextToken" },
};

/** What is listed as one: a source, of image associations those of one image. */
export function partOf(source: string, document: unknown): string {
  return source === "workspaces.image-associations" ? (document as { ImageId: string }).ImageId : source;
}

export class ListedInRuns {
  run = 0;
  readonly #walks = new Map<string, unknown[]>();
  readonly #listings = new Map<string, Listing[]>();
  readonly #images: { readonly run: number; readonly type: string; readonly documents: unknown[] }[] = [];

  /** Takes in what a service answered. */
  answered(
    { method, path, headers, body }: WatchedRequest,
    answer: { readonly status: number; readonly body: string },
  ): void {
    const { pathname, searchParams } = new URL(path, "http://service");
    const operation = String(headers["x-amz-target"] ?? `${method} ${pathname}`);
    const input = (body ? JSON.parse(body) : Object.fromEntries(searchParams)) as Record<string, string>;
    if (operation === "WorkspacesService.DescribeImageAssociations") this.#describedImage(input.ImageId ?? "", answer);
    const listed = LISTS[operation];
    if (!listed || answer.status !== 200) return;
    const page = JSON.parse(answer.body) as Record<string, unknown>;
    const kind = `${operation} ${input.ImageType}`;
    const before = input[listed.token] ? this.#walks.get(`${kind} ${input[listed.token]}`) : [];
    if (!before) throw new Error(`${operation} went on with a token that nobody was given`);
    const documents = [...before, ...(page[listed.list] as unknown[]).map(asDocument)];
    const next = page[listed.token];
    if (next) this.#walks.set(`${kind} ${next}`, documents);
    else if (listed.source !== "workspaces.images") this.#add(listed.source, essenceOf(documents));
    else this.#images.push({ run: this.run, type: String(input.ImageType), documents });
  }

  /** Every listing of a part so far, in order. */
  listings(part: string): readonly Listing[] {
    if (part === "workspaces.images")
      return this.#imageListings().map(({ run, documents }) => ({ run, essence: essenceOf(documents) }));
    if (!part.startsWith("wsi-")) return this.#listings.get(part) ?? [];
    const gone = this.#imageListings().filter(
      ({ documents }) => !documents.some((image) => partOf("workspaces.image-associations", image) === part),
    );
    return [...(this.#listings.get(part) ?? []), ...gone.map(({ run }) => ({ run, essence: "" }))];
  }

  /** The parts of which something was ever listed. */
  parts(): string[] {
    return [...this.#listings.keys(), "workspaces.images"];
  }

  /** What a part may be after this run, of which every sync was complete. */
  lastOf(part: string): readonly string[] {
    const inRun = ({ run }: Listing) => run === this.run;
    if (part === "workspaces.images")
      return this.listings(part)
        .filter(inRun)
        .map(({ essence }) => essence);
    const last = this.#listings.get(part)?.findLast(inRun)?.essence;
    return [last ?? ""];
  }

  #describedImage(image: string, { status, body }: { readonly status: number; readonly body: string }): void {
    if (status === 200) this.#add(image, essenceOf((JSON.parse(body).Associations as unknown[]).map(asDocument)));
    else if (/ResourceNotFoundException/.test(body)) this.#add(image, "");
  }

  /** Images are listed in two walks, those owned and those shared, and by two who ask at the same time: as plan and as source. */
  #imageListings() {
    const owned = this.#images.filter(({ type }) => type === "OWNED");
    const shared = this.#images.filter(({ type }) => type === "SHARED");
    return owned.flatMap(({ run, documents }) =>
      shared
        .filter((other) => other.run === run)
        .map((other) => ({ run, documents: [...documents, ...other.documents] })),
    );
  }

  #add(part: string, essence: string): void {
    this.#listings.set(part, [...(this.#listings.get(part) ?? []), { run: this.run, essence }]);
  }
}

/** On the wire instants are seconds since 1970; stored they are ISO strings. */
function asDocument(listed: unknown): unknown {
  return JSON.parse(
    JSON.stringify(listed, (name, member) =>
      typeof member === "number" && /time|created/i.test(name)
        ? new Date(Math.round(member * 1000)).toISOString()
        : member,
    ),
  );
}
