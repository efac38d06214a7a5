import { SimulatedAccount } from "../account.ts";
import { seededRandom } from "../random.ts";
import { seedAccountAssociations } from "./account-associations.ts";
import { seedImageAssociations, seedImages } from "./images.ts";
import { seedLineage } from "./lineage.ts";
import { seedMemberships } from "./memberships.ts";
import type { Owner } from "./owner.ts";

interface SeedOptions {
  seed?: string | number;
  accountId?: string;
  region?: string;
  /** The instant, in milliseconds, before which everything was created. */
  baseTime: number;
  /** How many there are of each. */
  associations?: number;
  memberships?: number;
  accountAssociations?: number;
  images?: number;
}

/** A believable account. The same options always give the same account. */
export function seedAccount(options: SeedOptions): SimulatedAccount {
  const { seed = 1, accountId = "111122223333", region = "eu-west-1", baseTime } = options;
  const { associations = 3000, memberships = 12, accountAssociations = 40, images: imageCount = 14 } = options;
  const owner: Owner = { accountId, region };
  const random = (part: string) => seededRandom(`${seed}/${part}`);
  const images = seedImages(random("images"), owner, baseTime, imageCount);
  return new SimulatedAccount({
    ...owner,
    associations: seedLineage(random("lineage"), owner, baseTime, associations),
    memberships: seedMemberships(random("memberships"), owner, baseTime, memberships),
    accountAssociations: seedAccountAssociations(random("account-associations"), owner, accountAssociations),
    images,
    imageAssociations: seedImageAssociations(random("image-associations"), images, baseTime),
  });
}
