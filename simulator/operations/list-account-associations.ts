import type { SimulatedAccount } from "../account.ts";
import type { Input } from "../constraints.ts";
import { IOT_MANAGED_INTEGRATIONS } from "../errors.ts";
import type { AccountAssociation } from "../shapes.ts";
import type { Operation, Page, Position } from "./operation.ts";

/** IoT Managed Integrations ListAccountAssociations. */
export const listAccountAssociations: Operation = {
  name: "ListAccountAssociations",
  service: IOT_MANAGED_INTEGRATIONS,
  address: "GET /account-associations",
  rules: {
    ConnectorDestinationId: { type: "string", min: 1, max: 64, pattern: "[A-Za-z0-9-_]+" },
    MaxResults: { type: "integer", min: 1, max: 1000 },
    NextToken: { type: "string", min: 1, max: 65535, pattern: "[a-zA-Z0-9=_-]+" },
  },
  itemsMember: "Items",
  identityMember: "AccountAssociationId",
  paging: { token: "NextToken", size: "MaxResults", defaultSize: 100 },
  page,
};

function page(account: SimulatedAccount, input: Input, position: Position, size: number): Page {
  const { accountAssociations } = account;
  const after = position.after as { AccountAssociationId: string } | undefined;
  const start = after === undefined ? 0 : accountAssociations.indexAfter(after);
  const wanted = input.ConnectorDestinationId;
  const accepts = (item: AccountAssociation) => wanted == null || item.ConnectorDestinationId === wanted;
  const { items, more } = accountAssociations.read({ start, end: accountAssociations.length, size, accepts });
  const last = items.at(-1);
  return {
    items: items.map((item) => ({ ...item })),
    more,
    last: last && { AccountAssociationId: last.AccountAssociationId },
  };
}
