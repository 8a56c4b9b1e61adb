import { join } from "node:path";
import ts from "typescript";

/**
 * Compiles `src/` of a directory into `dist/`: JavaScript for browsers and Node, and declarations. Relative imports
 * name the compiled files. A fault of the types is an error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile } from "./compile.ts";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.mkdir(`${directory}/src`);
 * await Deno.writeTextFile(`${directory}/src/one.ts`, "export const one = 1;\n");
 * await Deno.writeTextFile(`${directory}/src/mod.ts`, 'export { one } from "./one.ts";\n');
 * compile(directory);
 * assert.equal(await Deno.readTextFile(`${directory}/dist/mod.d.ts`), 'export { one } from "./one.js";\n');
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export function compile(directory: string): void {
  const rootDir = join(directory, "src");
  const program = ts.createProgram({
    rootNames: ts.sys.readDirectory(rootDir, [".ts"]),
    options: {
      rootDir,
      outDir: join(directory, "dist"),
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      // What Node 20 has: nothing newer compiles.
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      types: [],
      declaration: true,
      rewriteRelativeImportExtensions: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
    },
  });
  const emitted = program.emit(
    undefined,
    (path, text) => ts.sys.writeFile(path, withEmittedNames(path, text)),
  );
  const faults = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (faults.length > 0) {
    throw new Error(ts.formatDiagnostics(faults, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => directory,
      getNewLine: () => "\n",
    }));
  }
}

/** The compiler renames in JavaScript alone; in declarations it leaves `.ts`, which an app's compiler would not find. */
function withEmittedNames(path: string, text: string): string {
  if (!path.endsWith(".d.ts")) return text;
  return text.replace(/((?:from|import)\s*\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"');
}
