import { SimulatedAccount } from "../account.ts";
import { seededRandom } from "../random.ts";
import { seedAccountAssociations } from "./account-associations.ts";
import { seedCollaborations } from "./collaborations.ts";
import { seedImageAssociations, seedImages } from "./images.ts";
import { seedLineage } from "./lineage.ts";
import { seedMemberships } from "./memberships.ts";
import { seedDecisions } from "./models.ts";
import { addNodes } from "./nodes.ts";
import type { Owner } from "./owner.ts";
import { seedThings } from "./things.ts";
import { seedWorkspaces } from "./workspaces.ts";

interface SeedOptions {
  seed?: string | number;
  accountId?: string;
  region?: string;
  /** The instant, in milliseconds, before which everything was created. */
  baseTime: number;
  /** How many there are of each. What belongs to them, or stands behind them, follows. */
  associations?: number;
  memberships?: number;
  accountAssociations?: number;
  images?: number;
}

/** More WorkSpaces and things than these would only make listings longer. */
const MAX_WORKSPACES = 30;
const MAX_THINGS = 48;

/** A believable account, whose every edge leads to something that is listed. The same options always give the same account. */
export function seedAccount(options: SeedOptions): SimulatedAccount {
  const { seed = 1, accountId = "111122223333", region = "eu-west-1", baseTime } = options;
  const { associations = 3000, memberships = 12, accountAssociations = 40, images: imageCount = 14 } = options;
  const owner: Owner = { accountId, region };
  const random = (part: string) => seededRandom(`${seed}/${part}`);
  const images = seedImages(random("images"), owner, baseTime, imageCount);
  const account = new SimulatedAccount({
    ...owner,
    associations: seedLineage(random("lineage"), owner, baseTime, associations),
    memberships: seedMemberships(random("memberships"), owner, baseTime, memberships),
    accountAssociations: seedAccountAssociations(random("account-associations"), owner, accountAssociations),
    images,
    imageAssociations: seedImageAssociations(random("image-associations"), images, baseTime),
  });
  addNodes(account, account.associations);
  if (associations > 0) seedDecisions(account, baseTime);
  seedCollaborations(random("collaborations"), account, baseTime);
  seedWorkspaces(random("workspaces"), account, baseTime, Math.min(2 * imageCount, MAX_WORKSPACES));
  seedThings(random("things"), account, baseTime, Math.min(accountAssociations, MAX_THINGS));
  return account;
}
