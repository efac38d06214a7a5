import path from "node:path";
import ts from "typescript";
import { ROOT } from "./installed-package.ts";

/** The CDK's own declarations are a million lines: its types are any here. Synthesizing the example shows how they are used. */
const PEER = /^(aws-cdk-lib|constructs)(\/|$)/;
const PEERS = 'declare module "aws-cdk-lib"; declare module "aws-cdk-lib/*"; declare module "constructs";';

export interface Checked {
  /** What the compiler says of each program, without lines. */
  readonly problems: Readonly<Record<string, readonly string[]>>;
  /** The modules that the package's declarations import, and that are not there. */
  readonly missing: readonly string[];
}

/** Checks programs of an app against the declarations of the packages in its folder. */
export function checkTypes(app: string, programs: Readonly<Record<string, string>>): Checked {
  const files = new Map(Object.entries(programs).map(([name, text]) => [path.join(app, name), text]));
  const roots = [...files.keys()];
  files.set(path.join(app, "peers.d.ts"), PEERS);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    allowJs: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.NodeNext,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [path.join(ROOT, "node_modules/@types")],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, target, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, text, target);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const missing: string[] = [];
  host.resolveModuleNameLiterals = (literals, importer, redirect, its, source) =>
    literals.map((literal) => {
      if (PEER.test(literal.text)) return { resolvedModule: undefined };
      const mode = ts.getModeForUsageLocation(source, literal, its);
      const resolved = ts.resolveModuleName(literal.text, importer, its, host, undefined, redirect, mode);
      if (!resolved.resolvedModule && importer.includes("/stocktake/")) missing.push(`${importer}: ${literal.text}`);
      return resolved;
    });
  const program = ts.createProgram([...roots, path.join(app, "peers.d.ts")], options, host);
  const problemsOf = (root: string) => [
    ...new Set(
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(root))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
    ),
  ];
  const problems = Object.fromEntries(roots.map((root) => [path.basename(root), problemsOf(root)]));
  return { problems, missing };
}
