import { join } from "node:path";
import { root } from "./run_deno.ts";

/** What one `deno test` runs. */
export interface TestGroup {
  readonly name: string;
  readonly args: readonly string[];
}

/** At the end of a run, a lane with one of these would keep the others waiting. */
const LONGEST_FIRST = [
  ...["install", "e2e", "faults", "commands", "local", "browser", "scheduler", "package", "client", "tools"],
  ...["health", "connectors", "races", "pgtap", "doctor", "vendor_campaign", "plans", "security"],
];

/**
 * Every test below `tests/`: a folder that holds test files is a group, with what is below it.
 * `tests/integration/tools/plain_command_test.ts` runs the tests next to the code.
 */
export async function testGroups(): Promise<TestGroup[]> {
  const rank = (folder: string) => {
    const names = folder.split("/");
    return (LONGEST_FIRST.findIndex((name) => names.includes(name)) + 1) || Infinity;
  };
  const folders = (await findGroups("tests")).sort((a, b) => {
    return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.localeCompare(b);
  });
  return folders.map((name) => ({ name, args: [name] }));
}

async function findGroups(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  if (entries.some(({ name }) => name.endsWith("_test.ts"))) return [folder];
  const folders = entries.filter(({ isDirectory }) => isDirectory);
  return (await Promise.all(folders.map(({ name }) => findGroups(`${folder}/${name}`)))).flat();
}
