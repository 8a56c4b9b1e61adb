/**
 * Whether an argument of `deno task test` that is no path was meant as one. Names of tests have slashes too: those of
 * pgTAP begin with a folder, those of examples have a `$` after the file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isMeantAsPath } from "./meant_as_path.ts";
 *
 * const names = ["entry_states/", "entry_states/sent.sql", "/^pause/", "cli/ imports nothing", "cli/root.ts$3-9.ts"];
 * assert.deepEqual(names.filter(isMeantAsPath), []);
 * const paths = ["nothing_test.ts", "tests/nothing/", "./nothing", "/nothing/a_test.ts"];
 * assert.deepEqual(paths.filter(isMeantAsPath), paths);
 * ```
 */
export function isMeantAsPath(argument: string): boolean {
  if (/^\/.*\/$|[\s$]/.test(argument)) return false;
  return /\.tsx?$/.test(argument) || /^(\.{0,2}|bench|cli|local|src|supabase|tests|tools)\//.test(argument);
}
