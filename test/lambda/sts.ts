import { serve, signerOf, type TestServer } from "./http.ts";

/** Plays STS: anyone may assume any role. */
export interface TestSts extends TestServer {
  readonly assumed: { role: string; externalId: string; session: string; by: string; region: string }[];
}

/** The access key of a role's session tells the role's account. */
export function keyOfRole(roleArn: string): string {
  return `ASIA${roleArn.split(":")[4]}`;
}

export async function startSts(): Promise<TestSts> {
  const assumed: TestSts["assumed"] = [];
  const server = await serve((request, body, response) => {
    const parameters = new URLSearchParams(body);
    if (parameters.get("Action") !== "AssumeRole") throw new Error(`not AssumeRole: ${body}`);
    const { accessKeyId = "", region = "" } = signerOf(request);
    const parameter = (name: string) => parameters.get(name) ?? "";
    assumed.push({
      role: parameter("RoleArn"),
      externalId: parameter("ExternalId"),
      session: parameter("RoleSessionName"),
      by: accessKeyId,
      region,
    });
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>${keyOfRole(parameter("RoleArn"))}</AccessKeyId><SecretAccessKey>secret-of-the-role</SecretAccessKey>
      <SessionToken>token-of-the-role</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
      </AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`);
  });
  return { ...server, assumed };
}
