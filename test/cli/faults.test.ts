import { afterAll, beforeAll, expect, test } from "vitest";
import {
  changeAll,
  type FaultWorld,
  lastLines,
  startFaultWorld,
  WHOLE_SOURCES,
  type WholeSource,
} from "./fault-world.ts";
import {
  cutInHalf,
  dropped,
  edited,
  endedInHalf,
  type FaultyRequest,
  instead,
  type Misbehaviour,
  reset,
  withHeaders,
} from "./faulty-services.ts";
import { runInProcess } from "./in-process.ts";

/*
 * Services that answer wrongly, each in a way of its own, and `stocktake sync`: nothing is removed that is there, nothing is
 * half-written, one line says what was wrong and what to do, and the next sync of services that are well again catches up.
 */

let world: FaultWorld;
/** Puts back what the last test removed at the services, so that there is always enough to list. */
let putBack: () => void = () => undefined;

beforeAll(async () => {
  // One page of account associations, since a thousand fit on it: what goes wrong later does so with other sources.
  world = await startFaultWorld({ run: runInProcess, accountAssociations: 100 });
  expect(await world.sync(WHOLE_SOURCES)).toMatchObject({ code: 0 });
  await world.expectCurrent(WHOLE_SOURCES);
});
afterAll(() => world.close());

type Choice = (asked: FaultyRequest) => Misbehaviour | undefined;
const always =
  (misbehaviour: Misbehaviour): Choice =>
  () =>
    misbehaviour;
const afterPage =
  (page: number, misbehaviour: Misbehaviour): Choice =>
  ({ before }) =>
    before >= page ? misbehaviour : undefined;
const onceAfterPage =
  (page: number, misbehaviour: Misbehaviour): Choice =>
  ({ before }) =>
    before === page ? misbehaviour : undefined;

const HTML = "<!DOCTYPE html><html><head><title>Proxy</title></head><body><h1>Sign in</h1></body></html>";
const page = (status: number) => instead(status, HTML, { "content-type": "text/html" });
/** An error in the shape of the JSON protocol, and of REST. */
const jsonError = (code: string, message: string) => instead(400, JSON.stringify({ __type: code, message }));
const restError = (status: number, code: string, message: string, headers = {}) =>
  instead(status, JSON.stringify({ message }), { "x-amzn-errortype": code, ...headers });
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toUTCString();

const PROXY = /Something else may have answered in the service's place, such as a proxy: check the network and the end/;
const NETWORK = /\. Check the network and the endpoint$/;

/** Edits the listed items of an answer. */
const items = (member: string, edit: (items: Record<string, unknown>[]) => unknown) =>
  edited((body) => ({ ...body, [member]: edit(body[member] as Record<string, unknown>[]) }));

/** Faults that fail the sync: what it is, whose answers it spoils and how, the error's code, what the line says. */
const FAILING: readonly (readonly [string, WholeSource, Choice, string, readonly RegExp[]])[] = [
  ["resets the connection", "sagemaker.associations", afterPage(2, reset), "unavailable", [/ECONNRESET/, NETWORK]],
  ["cuts a response in half", "cleanrooms.memberships", afterPage(1, cutInHalf), "unavailable", [/aborted/, NETWORK]],
  [
    "closes the connection without a response",
    "cleanrooms.memberships",
    afterPage(1, dropped),
    "unavailable",
    [/hang up/, NETWORK],
  ],
  ["ends a response in half", "sagemaker.associations", afterPage(1, endedInHalf), "malformed", [/HTTP 200/, PROXY]],
  ["ends a response in half, REST", "cleanrooms.memberships", always(endedInHalf), "malformed", [/HTTP 200/, PROXY]],
  ["answers with a web page", "workspaces.images", afterPage(1, page(200)), "malformed", [/HTTP 200\) cannot/, PROXY]],
  [
    "answers with a web page, REST",
    "iot.account-associations",
    always(page(200)),
    "malformed",
    [/cannot be read/, PROXY],
  ],
  ["sends a gateway's error page", "sagemaker.associations", always(page(502)), "unavailable", [/HTTP 502/, PROXY]],
  [
    "sends a web page with the status 403",
    "cleanrooms.memberships",
    afterPage(1, page(403)),
    "denied",
    [/HTTP 403/, PROXY],
  ],
  [
    "asks for a sign-in at the proxy",
    "workspaces.images",
    always(page(407)),
    "unavailable",
    [/HTTP 407/, /The proxy wants a name and password: HTTPS_PROXY=/],
  ],
  [
    "redirects elsewhere",
    "iot.account-associations",
    always(instead(302, "", { location: "/" })),
    "malformed",
    [/302/, PROXY],
  ],
  ["fails with an empty body", "cleanrooms.memberships", always(instead(500, "")), "unavailable", [/HTTP 500/, PROXY]],
  [
    "says that the credentials have expired in the middle",
    "workspaces.images",
    afterPage(1, jsonError("ExpiredTokenException", "The security token is expired")),
    "denied",
    [/ExpiredTokenException: .+\. Renew the credentials$/],
  ],
  [
    "alternates between two tokens",
    "sagemaker.associations",
    ({ before }) => instead(200, `{"AssociationSummaries":[],"NextToken":"${before % 2}"}`),
    "malformed",
    [/repeated a page token/],
  ],
  [
    "lists pages without end, each with a new token",
    "cleanrooms.memberships",
    ({ before }) => instead(200, JSON.stringify({ membershipSummaries: [], nextToken: `token ${before}` })),
    "malformed",
    [/1000 pages in a row with nothing new, so the listing has no end: try again later$/],
  ],
  [
    "sends a token that is not text",
    "sagemaker.associations",
    afterPage(
      1,
      edited((body) => ({ ...body, NextToken: { a: 1 } })),
    ),
    "malformed",
    [/.+/],
  ],
  [
    "sends something else in place of the list",
    "workspaces.images",
    always(items("Images", () => ({}))),
    "malformed",
    [/list of i/],
  ],
];

test.each(FAILING)(
  "a service that %s (%s) fails the sync and changes nothing",
  async (_, source, choose, code, says) => {
    putBack = changeAll(world.account, putBack);
    const before = await world.told(source);
    world.services.misbehave(choose);
    const failed = await world.sync([source]);
    world.services.behave();

    expect(failed).toMatchObject({ code: 1, stdout: "" });
    const [line = "", ...rest] = lastLines(failed);
    expect(rest).toEqual([]);
    expect(line).toMatch(/^\S+ 123456789012\/eu-west-1: failed after [\d,]+ pages?, nothing was changed: .+/);
    for (const said of says) expect(line).toMatch(said);
    const after = await world.told(source);
    expect(after.items).toBe(before.items);
    expect(after.changes).toEqual(before.changes);
    expect(after.syncs[0]).toMatchObject({ outcome: "failed", error: { code }, removed: 0 });
    expect(line.endsWith(after.syncs[0]?.error?.message ?? "no message")).toBe(true);

    expect(await world.sync([source])).toMatchObject({ code: 0 });
    await world.expectCurrent([source]);
    const healed = await world.told(source);
    expect(healed.syncs[0]).toMatchObject({ outcome: "complete" });
    expect(healed.changes.slice(before.changes.length).map(({ kind }) => kind)).toContain("removed");
  },
);

/** Faults that a sync gets over. */
const SURVIVED: readonly (readonly [string, WholeSource, Choice])[] = [
  ["resets the connection once", "sagemaker.associations", onceAfterPage(2, reset)],
  ["cuts one response in half", "cleanrooms.memberships", onceAfterPage(1, cutInHalf)],
  ["fails once", "cleanrooms.memberships", onceAfterPage(1, restError(500, "InternalServerException", "Oops"))],
  ["is throttled by a proxy once", "workspaces.images", onceAfterPage(1, page(429))],
  [
    "throttles and asks to retry after a day",
    "cleanrooms.memberships",
    onceAfterPage(1, restError(429, "ThrottlingException", "Rate exceeded", { "retry-after": "86400" })),
  ],
  ["has a clock two minutes ahead", "sagemaker.associations", always(withHeaders({ date: inHours(1 / 30) }))],
  ["sends an invalid Date header", "cleanrooms.memberships", always(withHeaders({ date: "yesterday" }))],
  [
    "says that this machine's clock is wrong, until it is set by the service's",
    "iot.account-associations",
    onceAfterPage(
      0,
      restError(403, "RequestTimeTooSkewed", "The request's time is too far off", { date: inHours(-3) }),
    ),
  ],
  ["sends the wrong content type", "workspaces.images", always(withHeaders({ "content-type": "text/html" }))],
];

test.each(SURVIVED)("a service that %s (%s) is listed whole", async (_, source, choose) => {
  putBack = changeAll(world.account, putBack);
  world.services.misbehave(choose);
  const done = await world.sync([source]);
  world.services.behave();
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining(": complete, ") });
  await world.expectCurrent([source]);
});

/** The services' clock, by their answers: this machine's is to be told how it differs. */
const CLOCKS: readonly (readonly [string, string, WholeSource, Misbehaviour])[] = [
  ["ahead of", "answers", "sagemaker.associations", withHeaders({ date: inHours(-2) })],
  ["behind", "answers", "sagemaker.associations", withHeaders({ date: inHours(2) })],
  [
    "behind",
    "refuses signatures",
    "iot.account-associations",
    restError(403, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2", { date: inHours(2) }),
  ],
];

test.each(CLOCKS)(
  "a machine whose clock is two hours %s that of a service that %s (%s) reports that, and stores nothing",
  async (direction, _, source, misbehaviour) => {
    putBack = changeAll(world.account, putBack);
    const before = await world.told(source);
    world.services.misbehave(always(misbehaviour));
    const failed = await world.sync([source]);
    world.services.behave();
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`this machine's clock is 2 hours ${direction} the service's: nothing was stored`),
    });
    expect(await world.told(source)).toEqual(before);
    expect(await world.sync([source])).toMatchObject({ code: 0 });
    await world.expectCurrent([source]);
  },
);
