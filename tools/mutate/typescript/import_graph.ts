import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const infoSchema = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ code: z.object({ specifier: z.string() }).partial().optional() }))
      .optional(),
  })),
});

/** Which test files load a file, and over how many imports. */
export type TestsByFile = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Asks Deno once for the imports of all test files in the folders, relative to the checkout. */
export async function readTestsByFile(root: string, folders: readonly string[]): Promise<TestsByFile> {
  const tests = (await Promise.all(folders.map((folder) => testsIn(root, folder)))).flat().sort();
  const list = join(root, "mutate_all_tests.ts");
  await Deno.writeTextFile(list, tests.map((test) => `import ${JSON.stringify(`./${test}`)};\n`).join(""));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", list],
    cwd: root,
    stdin: "null",
  }).output();
  await Deno.remove(list);
  if (code !== 0) throw new Error(`deno info: ${new TextDecoder().decode(stderr)}`);
  const { modules } = infoSchema.parse(JSON.parse(new TextDecoder().decode(stdout)));
  const pathOf = (url: string) => url.startsWith("file:") ? relative(root, fileURLToPath(url)) : url;
  const imports = new Map(modules.map(({ specifier, dependencies = [] }) => [
    pathOf(specifier),
    dependencies.flatMap(({ code }) => code?.specifier === undefined ? [] : [pathOf(code.specifier)]),
  ]));
  const found = new Map<string, Map<string, number>>();
  for (const test of tests) {
    for (const [file, distance] of distancesFrom(test, imports)) {
      const reached = found.get(file) ?? new Map<string, number>();
      found.set(file, reached.set(test, distance));
    }
  }
  return found;
}

function distancesFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const distances = new Map([[start, 0]]);
  for (const [file, distance] of distances) {
    for (const next of imports.get(file) ?? []) if (!distances.has(next)) distances.set(next, distance + 1);
  }
  return distances;
}

async function testsIn(root: string, folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const files = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? testsIn(root, path) : name.endsWith("_test.ts") ? [path] : [];
  }));
  return files.flat();
}
