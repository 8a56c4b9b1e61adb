/**
 * The real pg_prove, for a machine that has it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseTap, type PgtapReport } from "../../../tools/parse_tap.ts";

/** Whether pg_prove is installed. */
export async function hasPgProve(): Promise<boolean> {
  try {
    // Of a program that is not there, Deno throws at once instead of rejecting.
    const command = new Deno.Command("pg_prove", { args: ["--version"], stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs a folder as `supabase test db` does. Returns what became of each file, by its path. */
export async function runPgProve(dbUrl: string, folder: string): Promise<ReadonlyMap<string, PgtapReport>> {
  const { hostname, port, username, password, pathname } = new URL(dbUrl);
  const { success, stdout } = await new Deno.Command("pg_prove", {
    args: [
      ...["--ext", ".pg", "--ext", ".sql", "-r", "-h", hostname, "-p", port, "-U", username],
      // Each file's own lines, with what psql says between them, instead of a summary.
      ...["-d", pathname.slice(1), "--verbose", "--merge", "--nocolor", folder],
    ],
    env: { PGPASSWORD: password },
  }).output();
  const text = new TextDecoder().decode(stdout);
  const [, ...parts] = text.split(/^(\S.*\.(?:sql|pg)) \.+ *$/m);
  const reports = new Map<string, PgtapReport>();
  for (let at = 0; at < parts.length; at += 2) reports.set(parts[at] ?? "", readFile(parts[at + 1] ?? ""));
  const passed = [...reports.values()].every(({ problems, assertions }) =>
    problems.length === 0 && assertions.every(({ passed }) => passed)
  );
  assert.equal(passed && reports.size > 0, success, `pg_prove says otherwise than its lines:\n${text}`);
  return reports;
}

/** The lines of one file. They end with the result line of pg_prove, and those of the last file with the summary of all. */
function readFile(text: string): PgtapReport {
  const lines = text.split(/^(?:All tests successful|Test Summary Report|Files=)/m)[0]?.trimEnd() ?? "";
  // Without the result line, which alone would be one more assertion.
  const report = parseTap(lines.replace(/\nok$/, ""));
  if (lines.endsWith("\nok")) return report;
  return { ...report, problems: [...report.problems, lines.split("\n").slice(-30).join("\n")] };
}
