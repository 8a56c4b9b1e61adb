import { join } from "node:path";
import ts from "typescript";
import { type Area, hashOf, type Mutant, placeOf } from "../mutant.ts";
import { type Fault, faultsOf, isPassedOver } from "./faults.ts";

/** The folders of each area. */
const FOLDERS: readonly (readonly [string, Area])[] = [
  ["supabase/functions", "function"],
  ["src/rpc-logic", "mirror"],
  ["src/client", "client"],
];

/** Tests and what they use; texts and styles, which decide nothing; the two lines that start a server. */
const LEFT_OUT =
  /_test\.ts$|\/testing\/|\/messages\/(en|nb|nb_reasons)\.ts$|\/elements\/(nb|styles)\.ts$|\/index\.ts$/;

/** Every mutant of the function, the mirror and the client. */
export async function makeTypescriptMutants(root: string): Promise<Mutant[]> {
  const seen = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const [folder, area] of FOLDERS) {
    for (const file of await sourcesOf(root, folder)) {
      const text = await Deno.readTextFile(join(root, file));
      mutants.push(...mutantsOf({ file, text, area }, seen));
    }
  }
  return mutants;
}

/** The mutants of one file. `seen` counts places by name, over all files. */
export function mutantsOf(
  { file, text, area }: { readonly file: string; readonly text: string; readonly area: Area },
  seen: Map<string, number> = new Map(),
): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const module = nameOfModule(source);
  const found: Mutant[] = [];

  function visit(node: ts.Node, path: readonly string[], holder: ts.Node): void {
    if (isPassedOver(node)) return;
    const name = nameOf(node);
    const inside = name === null ? path : [...path, name];
    // What a fault needs to be tried again for: the outermost function or declaration that holds it.
    const own = holder === source ? node : holder;
    for (const fault of faultsOf(node, source)) {
      const target = [module, ...inside.filter((part) => part !== module)].join(".");
      found.push(mutantOf(fault, target, own));
    }
    ts.forEachChild(node, (child) => visit(child, inside, own));
  }

  function mutantOf({ kind, node, begin, end, replacement }: Fault, target: string, holder: ts.Node): Mutant {
    const original = plain(node, source);
    const key = `${target} ${kind} ${original}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const place = placeOf(original, nth);
    const fault = replacement === ";" || replacement === "...{}" || replacement === ""
      ? `drop \`${original}\``
      : `\`${original}\` becomes \`${replacement.replace(/\s+/g, " ")}\``;
    return {
      id: `${target} ${kind} ${place}`,
      area,
      language: "typescript",
      target,
      kind,
      place,
      file,
      describe: fault.length > 160 ? `${fault.slice(0, 159)}…` : fault,
      targetHash: hashOf(plain(holder, source)),
      mutated: text.slice(0, begin) + replacement + text.slice(end),
    };
  }

  ts.forEachChild(source, (node) => visit(node, [], source));
  return found;
}

const printer = ts.createPrinter({ removeComments: true });

/** A node as text in which comments and white space do not count. */
function plain(node: ts.Node, source: ts.SourceFile): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, source).replace(/\s+/g, " ").trim();
}

/** A module is called by the first thing that it exports: it keeps this name when its file moves. */
function nameOfModule(source: ts.SourceFile): string {
  for (const statement of source.statements) {
    const isExported = ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ||
      ts.isVariableStatement(statement);
    if (isExported && isValue) return nameOfExport(statement) ?? "module";
  }
  return "module";
}

function nameOfExport(statement: ts.Statement): string | null {
  if (!ts.isVariableStatement(statement)) return nameOf(statement);
  const [first] = statement.declarationList.declarations;
  return first === undefined ? null : nameOf(first);
}

/** The name of a function, a class or a declaration of the module; null of every other node. */
function nameOf(node: ts.Node): string | null {
  if (
    ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node) || (ts.isPropertyAssignment(node) && isFunction(node.initializer)) ||
    (ts.isVariableDeclaration(node) &&
      (isFunction(node.initializer) || node.parent.parent.parent === node.getSourceFile()))
  ) {
    return node.name?.getText() ?? null;
  }
  return null;
}

function isFunction(node: ts.Node | undefined): boolean {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}

async function sourcesOf(root: string, folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const files = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sourcesOf(root, path);
    return path.endsWith(".ts") && !LEFT_OUT.test(path) ? [path] : [];
  }));
  return files.flat().sort();
}
