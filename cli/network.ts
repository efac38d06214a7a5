import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import net from "node:net";
import { Readable } from "node:stream";
import tls from "node:tls";
import { HttpRequest } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { HttpsProxyAgent } from "https-proxy-agent";
import { formatError } from "../functions/model/errors.ts";
import type { Setting } from "./settings.ts";
import { UsageError } from "./usage.ts";

/** How AWS and the deployed API are reached. */
export interface Network {
  /** The proxy that https goes through; a password in it is not for people. */
  readonly proxy?: Setting<URL>;
  /** Hosts that are reached without the proxy. */
  readonly noProxy?: Setting<string>;
  /** The file of the authorities that are trusted beside the known ones. */
  readonly certificates?: Setting<string>;
  /** Of every client; undefined where Node's own does. */
  readonly httpsAgent: Agent | undefined;
  /** Asks over HTTP by the same way. */
  readonly fetch: typeof fetch;
}

const AGENT_OPTIONS = { keepAlive: true, maxSockets: 50 };

/**
 * Reads how the network is set up: HTTPS_PROXY and NO_PROXY, in capitals or not, and AWS_CA_BUNDLE or the profile's `ca_bundle`. What
 * NODE_EXTRA_CA_CERTS names is trusted by Node itself. Throws a UsageError that names what cannot be used.
 */
export function networkFrom(env: NodeJS.ProcessEnv, profileBundle?: Setting<string>): Network {
  const proxy = proxyIn(env);
  const noProxy = variableIn(env, "NO_PROXY");
  const bundle = variableIn(env, "AWS_CA_BUNDLE") ?? profileBundle;
  const ca = bundle && trusted(bundle, env);
  const certificates = bundle ?? variableIn(env, "NODE_EXTRA_CA_CERTS");
  const options = { ...AGENT_OPTIONS, ...(ca && { ca }) };
  const agent = proxy ? new SomeProxyAgent(proxy.value, noProxy?.value ?? "", options) : ca && new Agent(options);
  // All clients share it, and each destroys it when it ends, with the requests of all. Idle connections do not keep the process.
  if (agent) agent.destroy = () => undefined;
  return {
    ...(proxy && { proxy }),
    ...(proxy && noProxy && { noProxy }),
    ...(certificates && { certificates }),
    // What the proxy's agent extends lacks members of Node's that no request uses.
    httpsAgent: agent as Agent | undefined,
    fetch: agent ? fetchThrough(agent as Agent) : globalThis.fetch,
  };
}

/** A proxy's address as it may be shown: without its password. */
export function shownProxy({ protocol, host, username }: URL): string {
  return `${protocol}//${username ? `${username}:…@` : ""}${host}`;
}

function variableIn(env: NodeJS.ProcessEnv, name: string): Setting<string> | undefined {
  for (const spelled of [name, name.toLowerCase()]) {
    const value = env[spelled];
    if (value) return { value, from: spelled };
  }
  return undefined;
}

function proxyIn(env: NodeJS.ProcessEnv): Setting<URL> | undefined {
  const found = variableIn(env, "HTTPS_PROXY");
  if (!found) return undefined;
  const { value, from } = found;
  const url = URL.canParse(value) && new URL(value).host ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return { value: url, from };
  // A password may be in it.
  throw new UsageError(`${from} is not the URL of a proxy: give it as http://host:port, or unset it`);
}

/** The authorities that are known anyhow, and those of the files: a list given to Node replaces what it knows. */
function trusted({ value, from }: Setting<string>, env: NodeJS.ProcessEnv): string[] {
  return [...tls.rootCertificates, certificatesIn(value, from), ...extraCertificates(env)];
}

function certificatesIn(file: string, from: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${from}=${file} cannot be read (${code}): name a file of PEM certificates, or unset it`);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UsageError(`${from}=${file} holds no PEM certificate: name a file that does, or unset it`);
}

/** Node has warned of a file that cannot be read. */
function extraCertificates({ NODE_EXTRA_CA_CERTS: file }: NodeJS.ProcessEnv): string[] {
  try {
    return file ? [readFileSync(file, "utf8")] : [];
  } catch {
    return [];
  }
}

/** Sends https through a proxy, but for the hosts that are to be reached directly. */
class SomeProxyAgent extends HttpsProxyAgent<string> {
  readonly #isDirect: (host: string, port: number) => boolean;
  readonly #trusted: Pick<tls.ConnectionOptions, "ca">;

  constructor(proxy: URL, noProxy: string, options: tls.ConnectionOptions) {
    super(proxy, options);
    // It takes them for the connection to the proxy only.
    this.#trusted = options.ca ? { ca: options.ca } : {};
    this.#isDirect = directHosts(noProxy);
  }

  override async connect(...[request, given]: Parameters<HttpsProxyAgent<string>["connect"]>): Promise<net.Socket> {
    const options = { ...given, ...this.#trusted };
    const { host = "", port } = options;
    if (this.#isDirect(host, Number(port))) {
      const named = options.secureEndpoint && !net.isIP(host) ? { servername: host } : {};
      return options.secureEndpoint ? tls.connect({ ...options, ...named }) : net.connect(options);
    }
    try {
      return await super.connect(request, options);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const message = `the proxy ${shownProxy(this.proxy)} does not let through to ${host}: ${formatError(error)}`;
      throw Object.assign(new Error(message, { cause: error }), { code: code ?? "ECONNRESET" });
    }
  }
}

/** Whether NO_PROXY names a host: by its name or the end of it, by its address or a network, with or without a port; `*` names all. */
export function directHosts(noProxy: string): (host: string, port: number) => boolean {
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== "");
  const rules = entries.map(directRule);
  return (host, port) => {
    const plain = host.replace(/^\[|\]$/g, "").toLowerCase();
    return rules.some((rule) => rule(plain, port));
  };
}

function directRule(entry: string): (host: string, port: number) => boolean {
  if (entry === "*") return () => true;
  const [, network = "", bits] = /^([\d.:a-f]+)\/(\d+)$/i.exec(entry) ?? [];
  const family = net.isIPv6(network) ? "ipv6" : "ipv4";
  if (bits !== undefined && net.isIP(network) && Number(bits) <= (family === "ipv6" ? 128 : 32)) {
    const list = new net.BlockList();
    list.addSubnet(network, Number(bits), family);
    return (host) => net.isIP(host) !== 0 && list.check(host, net.isIPv6(host) ? "ipv6" : "ipv4");
  }
  const [, bracketed, name = entry, at] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const wanted = (bracketed ?? name).toLowerCase().replace(/^\*?\./, "");
  return (host, port) =>
    (host === wanted || (!net.isIP(host) && host.endsWith(`.${wanted}`))) && (at === undefined || Number(at) === port);
}

/** Node's own fetch takes no agent. */
function fetchThrough(agent: Agent): typeof fetch {
  const handler = new NodeHttpHandler({ httpsAgent: agent });
  return async (input, { method = "GET", headers = {}, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { response } = await handler.handle(
      new HttpRequest({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port && { port: Number(url.port) }),
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, ...Object.fromEntries(new Headers(headers)) },
      }),
      signal ? { abortSignal: signal } : {},
    );
    const body = Readable.toWeb(response.body as Readable) as ReadableStream<Uint8Array>;
    const { statusCode: status, headers: answered } = response;
    const init = { status, headers: answered };
    return new Response(status === 204 || status === 304 ? null : body, init);
  };
}
