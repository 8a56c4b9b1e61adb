import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { createEdgeFunction, type EdgeFunction } from "../../local/edge_function/edge_function.ts";
import { type Platform, startPlatform } from "../../local/platform.ts";
import { FUNCTION_NAME } from "../../local/wiring.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { script } from "../script.ts";
import { percentile, ratios } from "../statistics.ts";

const SOURCE = fileURLToPath(new URL(`../../supabase/functions/${FUNCTION_NAME}/`, import.meta.url));
/** Serves with no imports; logs what the function logs as boot_ms, taken at the same point. */
const TRIVIAL = `const boot = performance.now();
Deno.serve(() => Response.json({ boot_ms: boot }, { status: 202 }));
`;

/** A cold start, from the process to its first answer, against a process that serves without importing anything. */
export const bootTime: Benchmark = {
  name: "boot-time",
  description: "cold start of the function to its first 202, and boot_ms, against a function without imports",
  run: async ({ quick, progress }) => {
    progress("starting a platform");
    await using platform = await startPlatform({ seed: false });
    const rounds = quick ? 3 : 21;
    const sql = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
    try {
      const tokens = await preparePendingRuns(sql, rounds + 1);
      const boots: Record<"real" | "trivial", number[]> = { real: [], trivial: [] };
      const real = start(platform, FUNCTION_NAME, SOURCE);
      const trivial = start(platform, "trivial", await writeTrivial(platform.scratch));
      const answers = {
        real: async (): Promise<number> => {
          const run = tokens.pop();
          if (run === undefined) throw new Error("no run is left to claim");
          const milliseconds = await coldStart(real, { kind: "run", attempt: 1, ...run });
          const [row] = await sql<{ boot_ms: number }[]>`
            select boot_ms::double precision from sync_scheduler.run_attempts where run_id = ${run.run_id}`;
          boots.real.push(row?.boot_ms ?? NaN);
          return milliseconds;
        },
        trivial: () => coldStart(trivial, {}, (body) => boots.trivial.push(body.boot_ms)),
      };
      // Compiles and caches the modules.
      await interleave(1, answers);
      boots.real = [];
      boots.trivial = [];
      const found = await interleave(rounds, answers, (round) => progress(`round ${round}`));
      return {
        results: [
          result("process to first 202", found.real, found.trivial),
          result("boot_ms", boots.real, boots.trivial),
        ],
      };
    } finally {
      await sql.end();
    }
  },
};

/** Runs whose attempt waits for a claim with a token that only we know. */
async function preparePendingRuns(sql: Sql, count: number): Promise<{ run_id: string; token: string }[]> {
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where true`;
  await sql.unsafe(await script("scratch_schema.sql"));
  const [person] = await sql.unsafe<{ id: string }[]>(await script("tenants.sql"), [count]);
  const claims = JSON.stringify({ sub: person?.id, role: "authenticated" });
  await sql`select set_config('request.jwt.claims', ${claims}, false)`;
  await sql.unsafe(`call bench.loop_trigger(1, ${count}, null, null)`);
  return await sql<{ run_id: string; token: string }[]>`
    with known as (
      select run_id, replace(gen_random_uuid()::text, '-', '') as token from sync_scheduler.run_attempts
    )
    -- So long that the recovery does not dispatch them anew, under another token.
    update sync_scheduler.run_attempts a
    set token_hash = sha256(convert_to(k.token, 'UTF8')), lease_expires_at = now() + interval '1 day'
    from known k where k.run_id = a.run_id returning a.run_id, k.token`;
}

async function writeTrivial(scratch: string): Promise<string> {
  const directory = join(scratch, "trivial");
  await Deno.mkdir(directory);
  await Deno.writeTextFile(join(directory, "index.ts"), TRIVIAL);
  return directory;
}

function start(platform: Platform, name: string, directory: string): EdgeFunction {
  return createEdgeFunction({
    ...platform,
    name,
    directory,
    logFile: join(platform.scratch, `${name}.boot.log`),
  });
}

async function coldStart(
  edgeFunction: EdgeFunction,
  request: unknown,
  onBody: (body: { boot_ms: number }) => void = () => {},
): Promise<number> {
  try {
    const begin = performance.now();
    await edgeFunction.start();
    const response = await fetch(edgeFunction.url ?? "", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const body = await response.json();
    const milliseconds = performance.now() - begin;
    if (response.status !== 202) throw new Error(`the first answer was ${response.status}`);
    onBody(body);
    return milliseconds;
  } finally {
    await edgeFunction.kill();
  }
}

function result(name: string, real: readonly number[], trivial: readonly number[]): Result {
  return {
    benchmark: bootTime.name,
    case: name,
    unit: "ms",
    measured: percentile(real, 0.5),
    reference: percentile(trivial, 0.5),
    ratio: ratios(real, trivial),
  };
}
