/**
 * Runs pgTAP files over a plain connection: what `pg_prove` and `supabase test db` do, without psql or Docker.
 *
 * @module
 */
import { dirname, join } from "node:path";
import postgres from "postgres";
import { Parser } from "tap-parser";

/** One line `ok` or `not ok`. */
export interface PgtapAssertion {
  readonly name: string;
  /** False only for a real failure: a failing TODO is not one. */
  readonly passed: boolean;
  /** What pgTAP said about it: expected, found. */
  readonly diagnostics: string;
}

/** What became of one file. */
export interface PgtapReport {
  readonly assertions: readonly PgtapAssertion[];
  /** What went wrong beside single assertions: an SQL error, a plan that was not kept, `Bail out!`. */
  readonly problems: readonly string[];
}

/**
 * Reads a pgTAP file and puts in what it includes with `\ir`. The only other command of psql that is understood is
 * `\set ON_ERROR_STOP on`, which this runner always does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readPgtapFile } from "./run_pgtap.ts";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/fixtures.psql`, "select 1;\n");
 * await Deno.writeTextFile(`${directory}/a.test.sql`, "begin;\n\\ir fixtures.psql\nrollback;\n");
 * assert.equal(await readPgtapFile(`${directory}/a.test.sql`), "begin;\nselect 1;\nrollback;\n");
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function readPgtapFile(path: string): Promise<string> {
  const lines = await Promise.all(
    (await Deno.readTextFile(path)).split("\n").map(async (line) => {
      if (!line.startsWith("\\")) return line;
      if (line === "\\set ON_ERROR_STOP on") return "";
      const included = /^\\ir\s+(\S+)\s*$/.exec(line)?.[1];
      if (included === undefined) throw new Error(`${path}: only \\ir is understood, not "${line}"`);
      return (await readPgtapFile(join(dirname(path), included))).trimEnd();
    }),
  );
  return lines.join("\n");
}

/**
 * Runs one file in a connection of its own, with the search path of `supabase test db`. The file opens and rolls
 * back its transaction itself.
 *
 * @example
 * ```ts ignore
 * import { readPgtapFile, runPgtap } from "./run_pgtap.ts";
 *
 * const file = "supabase/tests/trigger/allows_a_coordinator.test.sql";
 * const { assertions, problems } = await runPgtap("postgresql://...", await readPgtapFile(file));
 * console.log(assertions.every(({ passed }) => passed) && problems.length === 0 ? "ok" : "not ok");
 * ```
 */
export async function runPgtap(databaseUrl: string, script: string): Promise<PgtapReport> {
  const sql = postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connection: { search_path: "public, extensions", application_name: "pgtap" },
  });
  const lines: string[] = [];
  let sqlError: string | null = null;
  try {
    // The simple protocol runs the whole file; row by row, because an error must not take the lines before it along.
    await sql.unsafe(script).simple().forEach((row) => {
      lines.push(Object.values(row).map((value) => value === null ? "" : String(value)).join("|"));
    });
  } catch (error) {
    sqlError = describe(error);
  } finally {
    await sql.end({ timeout: 5 });
  }
  const report = parseTap(lines.join("\n"));
  return sqlError === null ? report : { ...report, problems: [sqlError, ...report.problems] };
}

/**
 * Reads pgTAP's output.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseTap } from "./run_pgtap.ts";
 *
 * const { assertions, problems } = parseTap("1..2\nok 1 - has the table");
 * assert.deepEqual(assertions.map(({ name, passed }) => [name, passed]), [["has the table", true]]);
 * assert.equal(problems.length, 1); // planned two, ran one
 * ```
 */
export function parseTap(text: string): PgtapReport {
  const assertions: { name: string; passed: boolean; diagnostics: string }[] = [];
  const problems: string[] = [];
  const parser = new Parser({ strict: false });
  parser.on("assert", (result) => {
    const excused = Boolean(result.todo) || Boolean(result.skip);
    const note = result.todo ? " # TODO" : result.skip ? " # SKIP" : "";
    assertions.push({
      name: `${result.name === "" ? `assertion ${result.id}` : result.name}${note}`,
      passed: result.ok || excused,
      diagnostics: "",
    });
  });
  parser.on("comment", (comment) => {
    // pgTAP explains an assertion in the comments that follow it.
    const last = assertions.at(-1);
    if (last !== undefined) last.diagnostics += comment;
  });
  parser.on("bailout", (reason) => problems.push(`Bail out! ${reason}`.trimEnd()));
  parser.on("complete", (results) => {
    // The parser takes silence for "skip all"; a file must say that it wants to skip all.
    if (assertions.length === 0 && !/^1\.\.0\b/m.test(text)) problems.push("the file made no assertion");
    for (const failure of results.failures) {
      // A failed assertion has its own entry above; what is left is about the plan.
      if ("tapError" in failure && typeof failure.tapError === "string") problems.push(failure.tapError);
    }
    // The last word is the parser's: whatever it dislikes without a reason above is a problem as well.
    if (!results.ok && problems.length === 0 && assertions.every(({ passed }) => passed)) {
      problems.push("the output is not TAP that passes");
    }
  });
  parser.end(`${text}\n`);
  return { assertions, problems };
}

function describe(error: unknown): string {
  if (!(error instanceof postgres.PostgresError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const where = error.position === undefined ? "" : ` (at character ${error.position})`;
  return [`${error.code}: ${error.message}${where}`, error.detail, error.hint, error.where]
    .filter((part) => part !== undefined && part !== "").join("\n");
}
