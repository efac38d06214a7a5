import { newApplicationId, newImage, newImageAssociation, withState } from "../seed/images.ts";
import { addApplication, addWorkspace } from "../seed/workspaces.ts";
import type { ImageAssociation, Workspace } from "../shapes.ts";
import { anyOf, type Change } from "./change.ts";

const NEXT_INSTALL_STATES: Partial<Record<NonNullable<ImageAssociation["State"]>, ImageAssociation["State"]>> = {
  PENDING_INSTALL: "PENDING_INSTALL_DEPLOYMENT",
  PENDING_INSTALL_DEPLOYMENT: "INSTALLING",
  INSTALLING: "COMPLETED",
  COMPLETED: "PENDING_UNINSTALL",
  PENDING_UNINSTALL: "PENDING_UNINSTALL_DEPLOYMENT",
  PENDING_UNINSTALL_DEPLOYMENT: "UNINSTALLING",
  UNINSTALLING: "REMOVED",
  ERROR: "PENDING_INSTALL",
};

/** An application moves on towards being installed or removed; one that was removed goes away. */
export const changeApplication: Change = (account, random, now) => {
  const association = anyOf(account.imageAssociations, random);
  if (association === undefined) return installApplication(account, random, now);
  const what = `application ${association.AssociatedResourceId} of image ${association.ImageId}`;
  const usual = NEXT_INSTALL_STATES[association.State ?? "REMOVED"];
  if (usual === undefined) {
    account.imageAssociations.remove(association);
    return `${what} removed`;
  }
  const state = usual === "COMPLETED" && random.chance(0.2) ? "ERROR" : usual;
  account.imageAssociations.put(withState(random, association, state, now));
  return `${what} is now ${state}`;
};

/** An application of the catalogue, or a new one, is to be installed on an image. */
export const installApplication: Change = (account, random, now) => {
  const image = anyOf(account.images, random);
  if (image === undefined) return changeImages(account, random, now);
  const absent = anyOf(account.applications, random, ({ ApplicationId }) => {
    const key = { ImageId: image.ImageId, AssociatedResourceId: ApplicationId };
    return account.imageAssociations.get(key) === undefined;
  });
  const id = absent === undefined || random.chance(0.2) ? newApplicationId(random) : absent.ApplicationId;
  if (account.applications.get({ ApplicationId: id }) === undefined) addApplication(account, id, now);
  account.imageAssociations.put(newImageAssociation(image.ImageId, id, now));
  return `application ${id} of image ${image.ImageId} created`;
};

/** Pending images become available; otherwise one is added, or one that no bundle launches from is removed. */
export const changeImages: Change = (account, random, now) => {
  const pending = anyOf(account.images, random, ({ State }) => State === "PENDING");
  if (pending !== undefined) {
    account.images.put({ ...pending, State: "AVAILABLE" });
    return `image ${pending.ImageId} is now AVAILABLE`;
  }
  const doomed = anyOf(account.images, random, ({ ImageId }) => account.bundles.find("ImageId", ImageId) === undefined);
  if (doomed !== undefined && account.images.length > 10 && random.chance(0.5)) {
    account.removeImage(doomed.ImageId);
    return `image ${doomed.ImageId} removed`;
  }
  const image = newImage(random, account, now);
  account.images.put(image);
  return `image ${image.ImageId} created`;
};

const NEXT_WORKSPACE_STATES: Partial<Record<NonNullable<Workspace["State"]>, Workspace["State"]>> = {
  AVAILABLE: "STOPPING",
  STOPPING: "STOPPED",
  STOPPED: "STARTING",
  STARTING: "AVAILABLE",
};

/** A WorkSpace starts or stops; now and then somebody is given one. */
export const changeWorkspace: Change = (account, random, now) => {
  const workspace = anyOf(account.workspaces, random);
  if (workspace === undefined || random.chance(0.15)) {
    const added = addWorkspace(random, account, now);
    return added ? `WorkSpace ${added.WorkspaceId} created` : changeImages(account, random, now);
  }
  const State = NEXT_WORKSPACE_STATES[workspace.State ?? "STOPPED"] ?? "AVAILABLE";
  account.workspaces.put({ ...workspace, State });
  return `WorkSpace ${workspace.WorkspaceId} is now ${State}`;
};
