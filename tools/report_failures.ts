import type { TestFailure } from "./junit.ts";

/** About as much as stays in sight where only the end of a long output is shown. */
const LINES = 60;
const MOST_LINES = 14;

/**
 * Failures in a few lines each, for the end of a long output: what was thrown comes first, then where.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { reportFailures } from "./report_failures.ts";
 *
 * const text = "AssertionError: 1 is not 2\n    at add (ext:deno/a.ts:1:2)\n    at file:///add_test.ts:5:7";
 * assert.deepEqual(reportFailures([{ name: "add_test.ts: adds", text }]), [
 *   "✗ add_test.ts: adds",
 *   "    AssertionError: 1 is not 2",
 *   "    at file:///add_test.ts:5:7",
 * ]);
 * ```
 */
export function reportFailures(failures: readonly TestFailure[]): string[] {
  const most = Math.max(1, Math.min(MOST_LINES, Math.floor(LINES / failures.length) - 1));
  return failures.flatMap(({ name, text }) => {
    const lines = text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
    const isFrame = (line: string) => /^ +at .*:\d+:\d+\)?$/.test(line);
    const where = lines.filter((line) => isFrame(line) && line.includes("file://")).slice(0, 2);
    const what = lines.filter((line) => !isFrame(line)).slice(0, Math.max(1, most - where.length));
    return [`✗ ${name}`, ...[...what, ...where].slice(0, most).map((line) => `    ${line.trimStart()}`)];
  });
}
