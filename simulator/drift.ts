import type { SimulatedAccount } from "./account.ts";
import type { Change } from "./drift/change.ts";
import { changeMembers, changeMembership } from "./drift/cleanrooms.ts";
import {
  addAccountAssociation,
  changeAccountAssociation,
  changeThing,
  renameAccountAssociation,
} from "./drift/iot-managed-integrations.ts";
import { addAssociations, changeEndpoint, decideOnPackage, finishJob, removeAssociation } from "./drift/sagemaker.ts";
import { changeApplication, changeImages, changeWorkspace, installApplication } from "./drift/workspaces.ts";
import type { Random } from "./random.ts";

/** Each change as often as it is likely, out of thirty. */
const CHANGES: readonly Change[] = [
  ...Array<Change>(5).fill(addAssociations),
  ...Array<Change>(3).fill(removeAssociation),
  ...Array<Change>(4).fill(finishJob),
  decideOnPackage,
  changeEndpoint,
  ...Array<Change>(2).fill(changeMembership),
  changeMembers,
  ...Array<Change>(3).fill(changeAccountAssociation),
  renameAccountAssociation,
  addAccountAssociation,
  changeThing,
  ...Array<Change>(2).fill(changeApplication),
  installApplication,
  changeImages,
  ...Array<Change>(3).fill(changeWorkspace),
];

/** One small believable change, drawn from the random stream, as of `now`; says what it was. */
export function driftOnce(account: SimulatedAccount, random: Random, now: number): string {
  return random.pick(CHANGES)(account, random, now);
}
