import { CLEAN_ROOMS } from "../errors.ts";
import { MODELS } from "../model.ts";
import { list, operationsOf } from "./list-operation.ts";

/**
 * Clean Rooms. Its pages may be short or empty and still carry a token, as the service's may: of every four pages the first is short
 * and the second is empty.
 */
export const CLEAN_ROOMS_OPERATIONS = operationsOf(
  {
    service: CLEAN_ROOMS,
    model: MODELS.cleanrooms,
    pageSize: 100,
    shortPages: (pagesBefore, remaining) => {
      if (pagesBefore % 4 === 0) return Math.ceil(remaining * 0.6);
      return pagesBefore % 4 === 1 ? 0 : remaining;
    },
  },
  {
    ListMemberships: list("memberships"),
    ListCollaborations: list("collaborations"),
    ListMembers: list("members", { parents: { collaborationIdentifier: "collaborations" } }),
    ListConfiguredTables: list("configuredTables"),
    ListConfiguredTableAssociations: list("configuredTableAssociations", {
      parents: { membershipIdentifier: "memberships" },
    }),
  },
);
