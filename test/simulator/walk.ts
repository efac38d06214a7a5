import {
  ListMembershipsCommand,
  type ListMembershipsCommandInput,
  type MembershipSummary,
} from "@aws-sdk/client-cleanrooms";
import {
  type AssociationSummary,
  ListAssociationsCommand,
  type ListAssociationsCommandInput,
} from "@aws-sdk/client-sagemaker";
import {
  DescribeWorkspaceImagesCommand,
  type DescribeWorkspaceImagesCommandInput,
  type WorkspaceImage,
} from "@aws-sdk/client-workspaces";
import { OPERATIONS, type OperationName } from "../../simulator/operations/registry.ts";
import type { Wire } from "./wire.ts";

/** Something to do between two pages, told how many pages there were. */
type Between = (pages: number) => void;

/** One page and the token of the next. */
interface Page<Item> {
  items: Item[] | undefined;
  token: string | undefined;
}

/** Every page of a walk, in order. */
async function pagesOf<Item>(fetchPage: (token?: string) => Promise<Page<Item>>, between: Between = () => undefined) {
  const pages: Item[][] = [];
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    pages.push(page.items ?? []);
    token = page.token;
    between(pages.length);
  } while (token !== undefined);
  return pages;
}

export function associationPages(
  wire: Wire,
  input: ListAssociationsCommandInput = {},
  between?: Between,
): Promise<AssociationSummary[][]> {
  return pagesOf(async (NextToken) => {
    const page = await wire.sagemaker.send(new ListAssociationsCommand({ MaxResults: 100, ...input, NextToken }));
    return { items: page.AssociationSummaries, token: page.NextToken };
  }, between);
}

export function membershipPages(
  wire: Wire,
  input: ListMembershipsCommandInput = {},
  between?: Between,
): Promise<MembershipSummary[][]> {
  return pagesOf(async (nextToken) => {
    const page = await wire.cleanrooms.send(new ListMembershipsCommand({ maxResults: 100, ...input, nextToken }));
    return { items: page.membershipSummaries, token: page.nextToken };
  }, between);
}

export function accountAssociationPages(wire: Wire, query: Record<string, string> = {}, between?: Between) {
  return pagesOf(async (token) => {
    const reply = await wire.iot({ MaxResults: "1000", ...query, ...(token !== undefined && { NextToken: token }) });
    return { items: reply.body.Items, token: reply.body.NextToken };
  }, between);
}

export function imagePages(
  wire: Wire,
  input: DescribeWorkspaceImagesCommandInput = {},
  between?: Between,
): Promise<WorkspaceImage[][]> {
  return pagesOf(async (NextToken) => {
    const page = await wire.workspaces.send(
      new DescribeWorkspaceImagesCommand({ MaxResults: 25, ...input, NextToken }),
    );
    return { items: page.Images, token: page.NextToken };
  }, between);
}

/** A copy of an item from the account in which the named members are dates, as the clients have them. */
export function dated(item: object, ...members: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, members.includes(name) ? new Date(Number(value)) : value]),
  );
}

/** Requests that together list everything, where one that says nothing does not. */
const ENTIRE: Partial<Record<OperationName, object[]>> = {
  ListModelPackages: [{ ModelPackageType: "Both" }],
  DescribeWorkspaceBundles: [{}, { Owner: "AMAZON" }],
};

/** Every page of any operation, in the largest pages unless the input says otherwise. */
export async function allPages(
  wire: Wire,
  name: OperationName,
  input: object = {},
): Promise<Record<string, unknown>[][]> {
  const { rules, paging, itemsMember } = OPERATIONS[name];
  const [token = "", size = ""] = [paging?.token, paging?.size];
  const largest = size && { [size]: rules[size]?.max };
  const pages: Record<string, unknown>[][] = [];
  for (const part of ENTIRE[name] ?? [{}]) {
    const walk = await pagesOf<Record<string, unknown>>(async (next) => {
      const page = await wire.send(name, {
        ...largest,
        ...part,
        ...input,
        ...(next !== undefined && { [token]: next }),
      });
      return {
        items: page[itemsMember] as Record<string, unknown>[],
        token: token ? (page[token] as string) : undefined,
      };
    });
    pages.push(...walk);
  }
  return pages;
}
