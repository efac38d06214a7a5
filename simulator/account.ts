import { AssociationTable } from "./association-table.ts";
import type { AccountAssociation, Association, ImageAssociation, Membership, WorkspaceImage } from "./shapes.ts";
import { compareText, SortedList } from "./sorted-list.ts";

/** A simulated account as plain data, in any order. */
interface AccountData {
  accountId: string;
  region: string;
  associations?: Iterable<Association>;
  memberships?: Iterable<Membership>;
  accountAssociations?: Iterable<AccountAssociation>;
  images?: Iterable<WorkspaceImage>;
  imageAssociations?: Iterable<ImageAssociation>;
  /** How many steps this account has drifted. */
  steps?: number;
}

type MembershipKey = Pick<Membership, "id">;
type AccountAssociationKey = Pick<AccountAssociation, "AccountAssociationId">;
type ImageKey = Pick<WorkspaceImage, "ImageId">;
type ImageAssociationKey = Pick<ImageAssociation, "ImageId" | "AssociatedResourceId">;

const FORMAT = 1;

/**
 * One account in one region, as the simulator answers from it. Every collection can be edited at any
 * time with `put` (add or replace) and `remove`; a walk in progress then sees what a service would show it.
 */
export class SimulatedAccount {
  readonly accountId: string;
  readonly region: string;
  readonly associations: AssociationTable;
  readonly memberships: SortedList<Membership, MembershipKey>;
  readonly accountAssociations: SortedList<AccountAssociation, AccountAssociationKey>;
  readonly images: SortedList<WorkspaceImage, ImageKey>;
  readonly imageAssociations: SortedList<ImageAssociation, ImageAssociationKey>;
  steps: number;

  constructor(data: AccountData) {
    this.accountId = data.accountId;
    this.region = data.region;
    this.associations = new AssociationTable(data.associations);
    this.memberships = new SortedList((a, b) => compareText(a.id, b.id), data.memberships);
    this.accountAssociations = new SortedList(
      (a, b) => compareText(a.AccountAssociationId, b.AccountAssociationId),
      data.accountAssociations,
    );
    this.images = new SortedList((a, b) => compareText(a.ImageId, b.ImageId), data.images);
    this.imageAssociations = new SortedList(compareImageAssociations, data.imageAssociations);
    this.steps = data.steps ?? 0;
  }

  /** The applications associated with an image, in the order of their ids. */
  imageAssociationsOf(imageId: string): ImageAssociation[] {
    const start = this.imageAssociations.indexFrom({ ImageId: imageId, AssociatedResourceId: "" });
    const end = this.imageAssociations.indexAfter({ ImageId: imageId, AssociatedResourceId: "\uffff" });
    return this.imageAssociations.read({ start, end, size: end - start }).items;
  }

  /** Removes an image and its associations; false when there is no such image. */
  removeImage(imageId: string): boolean {
    for (const association of this.imageAssociationsOf(imageId)) this.imageAssociations.remove(association);
    return this.images.remove({ ImageId: imageId });
  }

  /** The whole account as text, for `load`. */
  save(): string {
    const { accountId, region, steps } = this;
    const associations = [...this.associations];
    const memberships = [...this.memberships];
    const accountAssociations = [...this.accountAssociations];
    const images = [...this.images];
    const imageAssociations = [...this.imageAssociations];
    return JSON.stringify({
      format: FORMAT,
      ...{ accountId, region, steps },
      ...{ associations, memberships, accountAssociations, images, imageAssociations },
    });
  }

  /** The account that `save` wrote. Throws when the text is something else. */
  static load(text: string): SimulatedAccount {
    const data: unknown = JSON.parse(text);
    if (!isSaved(data)) throw new Error(`Not a simulated account that this version saved (format ${FORMAT})`);
    return new SimulatedAccount(data);
  }
}

function isSaved(data: unknown): data is AccountData {
  return typeof data === "object" && data !== null && "format" in data && data.format === FORMAT;
}

function compareImageAssociations(a: ImageAssociationKey, b: ImageAssociationKey): number {
  return compareText(a.ImageId, b.ImageId) || compareText(a.AssociatedResourceId, b.AssociatedResourceId);
}
