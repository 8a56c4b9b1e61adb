import type { Diagnosis } from "./diagnose.ts";
import { count } from "./quote.ts";

/**
 * A finding for people: one line, and below it the SQL that fixes it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatFinding } from "./report.ts";
 *
 * const sql = "select cron.alter_job(3, active := true);";
 * const text = formatFinding({ check: "jobs", status: "FAIL", message: "The job is paused.", sql });
 * assert.equal(text, `FAIL  jobs          The job is paused.\n      ${sql}`);
 * ```
 */
export function formatFinding({ check, status, message, sql }: Diagnosis): string {
  const line = `${status}  ${check.padEnd(12)}  ${message}`;
  return sql === null ? line : `${line}\n${sql.replace(/^(?=.)/gm, "      ")}`;
}

/**
 * The last line.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { summarise } from "./report.ts";
 *
 * const well = { check: "jobs", status: "PASS", message: "", sql: null } as const;
 * assert.equal(summarise([well, well]), "2 passed, 0 warnings, 0 failed");
 * ```
 */
export function summarise(found: readonly Diagnosis[]): string {
  const of = (status: Diagnosis["status"]) => found.filter((finding) => finding.status === status).length;
  return `${of("PASS")} passed, ${count(of("WARN"), "warning")}, ${of("FAIL")} failed`;
}
