import { AccountClient, paginateListRegions } from "@aws-sdk/client-account";
import {
  type Account,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListTagsForResource,
} from "@aws-sdk/client-organizations";
import { type ClientTarget, clientSettings } from "../aws/settings.ts";
import { SyncError, serviceError } from "../model/errors.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { pagesOf } from "../model/source.ts";
import type { AccountRegion, Organization, OrganizationAccount } from "../sync/discover.ts";

/** Which of an organization's accounts are meant. */
export interface AccountChoice {
  /** Organizational units, with those below them. Default: the whole organization. */
  readonly units?: readonly string[];
  /** Tags that an account must have. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly exclude?: readonly string[];
}

export interface OrganizationClients {
  /** How Organizations is reached: from the management account, or one to which that is delegated. */
  readonly organizations: ClientTarget;
  /** How the Account service is reached from within an account. */
  readonly account: (id: string) => ClientTarget;
}

/** `Status` is what Organizations said before it knew `State`. */
const STATES: Readonly<Record<string, OrganizationAccount["state"]>> = {
  ACTIVE: "active",
  PENDING_ACTIVATION: "changing",
  PENDING_CLOSURE: "closed",
  SUSPENDED: "closed",
  CLOSED: "closed",
};
const REGION_STATES: Readonly<Record<string, AccountRegion["state"]>> = {
  ENABLED: "enabled",
  ENABLED_BY_DEFAULT: "enabled",
  ENABLING: "changing",
  DISABLING: "changing",
  DISABLED: "disabled",
};

const CALLS_PER_SECOND = 5;
const TAGS_AT_ONCE = 4;

/** Asks AWS Organizations, and the Account service in each account. What is answered is whole; whatever fails is thrown as SyncError. */
export function createOrganization(clients: OrganizationClients, choice: AccountChoice = {}): Organization {
  return {
    accounts: (signal) =>
      asking(new OrganizationsClient(organizationsSettings(clients)), (client) =>
        chosenAccounts({ client, signal }, choice),
      ),
    regions: (account, signal) =>
      asking(new AccountClient(clientSettings(clients.account(account))), (client) =>
        accountRegions({ client, signal }, account),
      ),
  };
}

function organizationsSettings({ organizations }: OrganizationClients) {
  return clientSettings(organizations, { key: "organizations", callsPerSecond: CALLS_PER_SECOND });
}

async function asking<Client extends { destroy(): void }, T>(client: Client, ask: (client: Client) => Promise<T>) {
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

interface Asking<Client> {
  readonly client: Client;
  readonly signal: AbortSignal;
}

async function chosenAccounts(
  asking: Asking<OrganizationsClient>,
  choice: AccountChoice,
): Promise<OrganizationAccount[]> {
  const { units, exclude = [], tags = {} } = choice;
  const listed = await (units ? accountsOfUnits(asking, units) : allAccounts(asking));
  const accounts = listed.flatMap(({ Id, State, Status }) =>
    Id && !exclude.includes(Id) ? [{ id: Id, state: STATES[State ?? Status ?? ""] ?? ("changing" as const) }] : [],
  );
  if (Object.keys(tags).length === 0) return accounts;
  const tagged = await mapConcurrent(TAGS_AT_ONCE, accounts, ({ id }) => hasTags(asking, id, tags));
  return accounts.filter((_account, index) => tagged[index]);
}

function allAccounts({ client, signal }: Asking<OrganizationsClient>): Promise<Account[]> {
  const pages = paginateListAccounts({ client }, {}, { abortSignal: signal });
  return whole("Organizations ListAccounts", pages, ({ Accounts }) => Accounts);
}

/** The accounts of the units, and of all units below them. */
async function accountsOfUnits(asking: Asking<OrganizationsClient>, units: readonly string[]): Promise<Account[]> {
  const { client, signal } = asking;
  const accounts = new Map<string | undefined, Account>();
  const parents = new Set(units);
  // What is added to a set while it is walked is walked, too.
  for (const ParentId of parents) {
    const children = paginateListAccountsForParent({ client }, { ParentId }, { abortSignal: signal });
    const listed = await whole(
      `Organizations ListAccountsForParent of ${ParentId}`,
      children,
      ({ Accounts }) => Accounts,
    );
    for (const account of listed) accounts.set(account.Id, account);
    const below = paginateListOrganizationalUnitsForParent({ client }, { ParentId }, { abortSignal: signal });
    const what = `Organizations ListOrganizationalUnitsForParent of ${ParentId}`;
    const named = await whole(what, below, ({ OrganizationalUnits }) => OrganizationalUnits);
    for (const { Id } of named) if (Id) parents.add(Id);
  }
  return [...accounts.values()];
}

async function hasTags(
  { client, signal }: Asking<OrganizationsClient>,
  id: string,
  wanted: Readonly<Record<string, string>>,
): Promise<boolean> {
  const pages = paginateListTagsForResource({ client }, { ResourceId: id }, { abortSignal: signal });
  const tags = await whole(`Organizations ListTagsForResource of ${id}`, pages, ({ Tags }) => Tags);
  return Object.entries(wanted).every(([key, value]) => tags.some((tag) => tag.Key === key && tag.Value === value));
}

async function accountRegions({ client, signal }: Asking<AccountClient>, account: string): Promise<AccountRegion[]> {
  const pages = paginateListRegions({ client }, {}, { abortSignal: signal });
  const regions = await whole(`Account ListRegions in ${account}`, pages, ({ Regions }) => Regions);
  return regions.flatMap(({ RegionName, RegionOptStatus = "ENABLING" }) =>
    RegionName ? [{ name: RegionName, state: REGION_STATES[RegionOptStatus] ?? ("changing" as const) }] : [],
  );
}

/** One page, as the SDK's paginators answer it. */
interface PageOfAnswer {
  readonly $metadata: { readonly attempts?: number };
  readonly NextToken?: string | undefined;
}

/** All documents of a listing. One that fails, repeats itself or lacks its list is thrown. */
async function whole<Output extends PageOfAnswer, Document>(
  what: string,
  pages: AsyncIterable<Output>,
  documentsOf: (output: Output) => readonly Document[] | undefined,
): Promise<Document[]> {
  const documents: Document[] = [];
  try {
    for await (const page of pagesOf(pages, documentsOf, ({ NextToken }) => NextToken)) {
      if (page.listMissing) throw new SyncError("malformed", "a response had no list: check the endpoint, try again");
      documents.push(...page.documents);
    }
  } catch (error) {
    if (error instanceof SyncError) throw new SyncError(error.code, `${what}: ${error.message}`, { cause: error });
    throw serviceError(what, error);
  }
  return documents;
}
