import { join } from "node:path";
import { root } from "./run_deno.ts";

/** What one `deno test` runs. */
export interface TestGroup {
  readonly name: string;
  readonly args: readonly string[];
}

/** At the end of a run, a lane with one of these would keep the others waiting. */
const LONGEST_FIRST = [
  ...["e2e", "browser", "commands_test.ts", "faults", "install", "pgtap_test.ts", "vendor_campaign", "local"],
  ...["scheduler", "campaign", "client", "package", "health", "doctor", "security"],
];

/** Every test: each folder of `tests/` is a group, and all that stands next to the code is one. */
export async function testGroups(): Promise<TestGroup[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, "tests")));
  const rank = (name: string) => (LONGEST_FIRST.indexOf(name) + 1) || Infinity;
  const names = entries.filter(({ name, isDirectory }) => isDirectory || name.endsWith("_test.ts"))
    .map(({ name }) => name).sort((
      a,
      b,
    ) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.localeCompare(b)));
  return [
    // Each example is a module of its own. Without a path Deno leaves out tests/, as deno.json says.
    { name: "tests next to the code, and examples", args: [] },
    ...names.map((name) => ({ name: `tests/${name}`, args: [`tests/${name}`] })),
  ];
}
