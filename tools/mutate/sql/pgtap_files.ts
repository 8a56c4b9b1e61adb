import { join } from "node:path";
import postgres from "postgres";
import { z } from "zod";
import { readPgtapFile, runPgtap } from "../../run_pgtap.ts";
import { hashOf } from "../mutant.ts";
import type { MutantDatabase } from "./server.ts";

/** A pgTAP file, and what it reaches. */
export interface PgtapFile {
  /** Relative to the checkout. */
  readonly file: string;
  readonly script: string;
  /** The functions that it calls, qualified. Postgres does not count those that it writes into their callers. */
  readonly functions: ReadonlySet<string>;
  readonly milliseconds: number;
}

const FOLDER = join("supabase", "tests");

/** Where the map of files and functions is kept: it is the same as long as the schema and the file are. */
const CACHE = join(".local", "mutate_coverage.json");

const cacheSchema = z.record(
  z.string(),
  z.object({ hash: z.string(), functions: z.array(z.string()), milliseconds: z.number() }),
);

/**
 * Runs each pgTAP file once without a mutant: each has to pass, and says which functions it reaches.
 *
 * @param schemaHash Of the schema. A file that passed with it, and has not changed, does not run again.
 * @param open Makes the database when it is needed.
 */
export async function readPgtapFiles(
  root: string,
  schemaHash: string,
  open: () => Promise<MutantDatabase>,
): Promise<PgtapFile[]> {
  const known = cacheSchema.parse(JSON.parse(await Deno.readTextFile(join(root, CACHE)).catch(() => "{}")));
  const files = await Promise.all((await namesOf(root, FOLDER)).map(async (file) => {
    const script = await readPgtapFile(join(root, file));
    return { file, script, hash: hashOf(`${schemaHash} ${script}`) };
  }));
  const unknown = files.filter(({ file, hash }) => known[file]?.hash !== hash);
  if (unknown.length > 0) {
    await using database = await open();
    const coverage = await coverageOf(database, unknown);
    for (const { file, hash } of unknown) {
      const found = coverage.get(file);
      if (found !== undefined) known[file] = { ...found, hash };
    }
    await Deno.mkdir(join(root, ".local"), { recursive: true });
    await Deno.writeTextFile(join(root, CACHE), JSON.stringify(known));
  }
  return files.map(({ file, script }) => {
    const { functions = [], milliseconds = 0 } = known[file] ?? {};
    return { file, script, functions: new Set(functions), milliseconds };
  });
}

/** Every pgTAP file, with the functions that its text names. Nothing has to run. */
export async function guessPgtapFiles(root: string, functions: readonly string[]): Promise<PgtapFile[]> {
  const fixtures = await readPgtapFile(join(root, FOLDER, "fixtures.psql")).catch(() => "");
  return await Promise.all((await namesOf(root, FOLDER)).map(async (file) => {
    const script = await readPgtapFile(join(root, file));
    // Every file includes these, and calls little of what they name.
    const words = new Set(script.replace(fixtures.trimEnd(), "").match(/\w+/g));
    const named = functions.filter((name) => words.has(name.split(".").at(-1) ?? name));
    return { file, script, functions: new Set(named), milliseconds: 0 };
  }));
}

interface Coverage {
  readonly functions: string[];
  readonly milliseconds: number;
}

async function coverageOf(
  database: MutantDatabase,
  files: readonly { file: string; script: string }[],
): Promise<Map<string, Coverage>> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const coverage = new Map<string, Coverage>();
  try {
    let before = await countCalls(sql);
    for (const { file, script } of files) {
      const begin = performance.now();
      // The counters are written at the end of the session, or when it is asked to.
      const failure = await failureOf(
        database.url,
        `${script}\nselect pg_stat_force_next_flush();\nselect 1;`,
      );
      if (failure !== null) throw new Error(`${file} fails without a mutant: ${failure}`);
      const milliseconds = Math.round(performance.now() - begin);
      const after = await countCalls(sql);
      const functions = [...after].filter(([name, n]) => n > (before.get(name) ?? 0)).map(([name]) => name);
      coverage.set(file, { functions, milliseconds });
      before = after;
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
  return coverage;
}

/** Runs a pgTAP file on a mutant; the first assertion or error that fails, or null when it passes. */
export function failureOfFile(url: string, { script, milliseconds }: PgtapFile): Promise<string | null> {
  // Only a hang takes so much longer than the file without a mutant.
  const limit = Math.max(60_000, 20 * milliseconds);
  return failureOf(`${url}?statement_timeout=${Math.round(limit)}`, script);
}

async function failureOf(url: string, script: string): Promise<string | null> {
  const { assertions, problems } = await runPgtap(url, script);
  return assertions.find(({ passed }) => !passed)?.name ?? problems[0]?.split("\n")[0] ?? null;
}

async function namesOf(root: string, folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const names = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? namesOf(root, path) : name.endsWith(".test.sql") ? [path] : [];
  }));
  return names.flat().sort();
}

async function countCalls(sql: postgres.Sql): Promise<Map<string, number>> {
  const rows = await sql<{ name: string; calls: number }[]>`
    select schemaname || '.' || funcname as name, sum(calls)::int as calls
    from pg_stat_user_functions where schemaname in ('public', 'sync_scheduler') group by 1`;
  return new Map(rows.map(({ name, calls }) => [name, calls]));
}
