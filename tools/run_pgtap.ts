/**
 * Runs pgTAP files over a plain connection: what `pg_prove` and `supabase test db` do, without psql or Docker.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parse, type ParseResult } from "libpg-query";
import postgres, { type Sql } from "postgres";
import { parseTap, type PgtapReport } from "./parse_tap.ts";

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
 * Runs one file in a connection of its own, with the search path of `supabase test db`. Like psql it sends one
 * statement at a time: what a file does outside its transaction is committed. It ends with the first error.
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
  await using session = openPgtap(databaseUrl);
  return await session.run(script);
}

/** A connection for one file after the other. It has read the catalog and compiled the functions already. */
export interface PgtapSession extends AsyncDisposable {
  /** Runs one file as {@linkcode runPgtap} does, after what an earlier one has left in the session is taken back. */
  run(script: string): Promise<PgtapReport>;
}

/**
 * Opens one connection for many files: a fifth of the work of a short file is what a new connection has to do. Only a new
 * connection has settings that were never set, so another run of the files has to have those.
 *
 * @example
 * ```ts ignore
 * await using session = openPgtap("postgresql://...");
 * for (const file of files) console.log(await session.run(await readPgtapFile(file)));
 * ```
 */
export function openPgtap(databaseUrl: string): PgtapSession {
  const sql = postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connection: { search_path: "public, extensions", application_name: "pgtap" },
  });
  let isUsed = false;
  return {
    async run(script) {
      if (isUsed) {
        // What has ended with an error is still in its transaction.
        await sql.unsafe("rollback").simple();
        await sql.unsafe("discard all").simple();
      }
      isUsed = true;
      return await runIn(sql, script);
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }),
  };
}

async function runIn(sql: Sql, script: string): Promise<PgtapReport> {
  const lines: string[] = [];
  let sqlError: string | null = null;
  try {
    for (const statement of await splitStatements(script)) {
      // Row by row, because an error must not take the lines before it along.
      await sql.unsafe(statement).simple().forEach((row) => {
        lines.push(Object.values(row).map((value) => value === null ? "" : String(value)).join("|"));
      });
    }
  } catch (error) {
    sqlError = describe(error);
  }
  const report = parseTap(lines.join("\n"));
  return sqlError === null ? report : { ...report, problems: [sqlError, ...report.problems] };
}

/** The statements of a script. What Postgres's own parser refuses is sent as it is, for the server to refuse. */
export async function splitStatements(script: string): Promise<string[]> {
  const bytes = new TextEncoder().encode(script);
  const { stmts = [] } = await parse(script).catch((): ParseResult => ({ stmts: [{}] }));
  return stmts.map(({ stmt_location: begin = 0, stmt_len: length = bytes.length - begin }) =>
    new TextDecoder().decode(bytes.subarray(begin, begin + length))
  );
}

function describe(error: unknown): string {
  if (!(error instanceof postgres.PostgresError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const where = error.position === undefined ? "" : ` (at character ${error.position})`;
  return [`${error.code}: ${error.message}${where}`, error.detail, error.hint, error.where]
    .filter((part) => part !== undefined && part !== "").join("\n");
}
