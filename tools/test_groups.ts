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
  ...["tools", "scheduler", "campaign", "client", "package", "health", "doctor", "security"],
];

/**
 * Every test: each folder of `tests/` that has one is a group, and each file there. `tests/tools/plain_command_test.ts` plays
 * those that stand next to the code.
 */
export async function testGroups(): Promise<TestGroup[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, "tests")));
  const rank = (name: string) => (LONGEST_FIRST.indexOf(name) + 1) || Infinity;
  const names = entries.filter(({ name, isDirectory }) =>
    isDirectory ? name !== "support" : name.endsWith("_test.ts")
  )
    .map(({ name }) => name).sort((
      a,
      b,
    ) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.localeCompare(b)));
  return names.map((name) => ({ name: `tests/${name}`, args: [`tests/${name}`] }));
}
