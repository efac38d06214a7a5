import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Input } from "./constraints.ts";
import { ServiceError } from "./errors.ts";

/** An account of the simulated organization. */
export interface MemberAccount {
  readonly id: string;
  /** Default: ACTIVE. */
  readonly state?: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
  /** The organizational unit, or root, that it is in. Default: the root. */
  readonly unit?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Its regions, by name, and whether each is enabled. */
  readonly regions?: Readonly<Record<string, RegionStatus>>;
}

export type RegionStatus = "ENABLED" | "ENABLED_BY_DEFAULT" | "ENABLING" | "DISABLING" | "DISABLED";

/** What is in the organization. May be edited at any time. */
export interface SimulatedOrganization {
  accounts: readonly MemberAccount[];
  /** Each unit, and the unit or root above it. */
  units?: Readonly<Record<string, string>>;
  /** Account that asks without a role. */
  readonly managementAccount: string;
}

export interface OrganizationSimulator {
  readonly url: string;
  readonly organization: SimulatedOrganization;
  /** Requests so far, as `ListRegions 111122223333`: the operation, and the account or parent that it was about. */
  readonly requests: string[];
  /** External ids that roles were assumed with. */
  readonly externalIds: string[];
  /** Answers this request, named as in `requests`, with an error from now on; without an error, properly again. */
  fail(request: string, error?: ServiceError): void;
  close(): Promise<void>;
}

export const ROOT = "r-ab12";
/** Both services page by at most so many, and give short and empty pages on the way. */
const PAGE_SIZE = 20;

/** Serves Organizations, the Account service and STS's AssumeRole on 127.0.0.1 until closed. */
export async function startOrganization(organization: SimulatedOrganization): Promise<OrganizationSimulator> {
  const requests: string[] = [];
  const externalIds: string[] = [];
  const failures = new Map<string, ServiceError>();
  const server = createServer((request, response) => {
    void (async () => {
      try {
        const { name, about, answer } = await read(request, organization, externalIds);
        requests.push(`${name} ${about}`.trim());
        const failure = failures.get(`${name} ${about}`.trim()) ?? failures.get(name);
        if (failure) throw failure;
        send(response, 200, answer());
      } catch (error) {
        const known = error instanceof ServiceError ? error : new ServiceError("InternalFailure", 500, String(error));
        response.setHeader("x-amzn-errortype", known.code);
        if (isForm(request)) return send(response, known.status, xmlError(known));
        send(response, known.status, { __type: known.code, message: known.message, Message: known.message });
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ organization, requests, externalIds },
    fail(request, error) {
      if (error) failures.set(request, error);
      else failures.delete(request);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  readonly name: string;
  readonly about: string;
  readonly answer: () => Record<string, unknown> | string;
}

const TARGET = "AWSOrganizationsV20161128.";

async function read(
  request: IncomingMessage,
  organization: SimulatedOrganization,
  externalIds: string[],
): Promise<Answer> {
  const body = await bodyOf(request);
  const signer = signerOf(request);
  const target = String(request.headers["x-amz-target"] ?? "");
  if (target.startsWith(TARGET)) {
    if (signer.service !== "organizations") throw wrongService(signer.service);
    return organizationsAnswer(target.slice(TARGET.length), JSON.parse(body || "{}"), organization);
  }
  if (request.method === "POST" && request.url === "/listRegions") {
    if (signer.service !== "account") throw wrongService(signer.service);
    const account = signer.account ?? organization.managementAccount;
    return {
      name: "ListRegions",
      about: account,
      answer: () => {
        const regions = Object.entries(memberOf(organization, account).regions ?? {});
        const listed = regions.map(([RegionName, RegionOptStatus]) => ({ RegionName, RegionOptStatus }));
        return page("Regions", listed, JSON.parse(body || "{}"));
      },
    };
  }
  const form = new URLSearchParams(body);
  if (form.get("Action") !== "AssumeRole") {
    throw new ServiceError("UnknownOperationException", 400, `${request.method} ${request.url}`);
  }
  const account = form.get("RoleArn")?.split(":")[4] ?? "";
  externalIds.push(form.get("ExternalId") ?? "");
  return { name: "AssumeRole", about: form.get("RoleArn") ?? "", answer: () => credentialsOf(account) };
}

function organizationsAnswer(name: string, input: Input, organization: SimulatedOrganization): Answer {
  const { accounts, units = {} } = organization;
  const about = String(input.ParentId ?? input.ResourceId ?? "");
  const known = about === "" || about === ROOT || about in units || accounts.some(({ id }) => id === about);
  const answer = (member: string, items: () => readonly object[]): Answer => ({
    ...{ name, about },
    answer: () => {
      if (!known) throw new ServiceError("ParentNotFoundException", 400, `There is no ${about}.`);
      return page(member, items(), input);
    },
  });
  switch (name) {
    case "ListAccounts":
      return answer("Accounts", () => accounts.map(accountOnTheWire));
    case "ListAccountsForParent":
      return answer("Accounts", () => accounts.filter(({ unit = ROOT }) => unit === about).map(accountOnTheWire));
    case "ListOrganizationalUnitsForParent":
      return answer("OrganizationalUnits", () =>
        Object.keys(units).flatMap((Id) => (units[Id] === about ? [{ Id }] : [])),
      );
    case "ListTagsForResource":
      return answer("Tags", () =>
        Object.entries(memberOf(organization, about).tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
      );
    default:
      throw new ServiceError("UnknownOperationException", 400, name);
  }
}

function memberOf({ accounts }: SimulatedOrganization, id: string): MemberAccount {
  const member = accounts.find((account) => account.id === id);
  if (!member) throw new ServiceError("AccountNotFoundException", 400, `${id} is not in the organization.`);
  return member;
}

function accountOnTheWire({ id, state = "ACTIVE" }: MemberAccount): object {
  return {
    Id: id,
    Arn: `arn:aws:organizations::111122223333:account/o-abc/${id}`,
    Name: `account ${id}`,
    State: state,
  };
}

/** A page at the position that the token names. The first page is empty where there are several: a service may do so. */
function page(member: string, items: readonly object[], { NextToken, MaxResults }: Input): Record<string, unknown> {
  const from = NextToken === undefined ? 0 : Number(String(NextToken).split("-")[1]);
  if (NextToken === undefined && items.length > PAGE_SIZE) return { [member]: [], NextToken: "position-0" };
  const until = from + Math.min(PAGE_SIZE, Number(MaxResults ?? PAGE_SIZE));
  return { [member]: items.slice(from, until), ...(until < items.length && { NextToken: `position-${until}` }) };
}

/** The access key of a role tells its account. */
function credentialsOf(account: string): string {
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>ASIA${account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

/** STS speaks XML. */
function isForm({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
}

function xmlError({ code, message }: ServiceError): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

function signerOf({ headers }: IncomingMessage): { readonly service?: string; readonly account?: string } {
  const credential = /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "");
  if (!credential) throw new ServiceError("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
  const [, key = "", service = ""] = credential;
  const account = /^ASIA(\d{12})$/.exec(key)?.[1];
  return { service, ...(account !== undefined && { account }) };
}

function wrongService(service: string | undefined): ServiceError {
  return new ServiceError("InvalidSignatureException", 403, `The request is signed for ${service}.`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: Record<string, unknown> | string): void {
  const isXml = typeof body === "string";
  response.writeHead(status, { "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1" });
  response.end(isXml ? body : JSON.stringify(body));
}
