import postgres, { type Sql } from "postgres";
import { type Platform, startPlatform } from "../../local/platform.ts";
import { SUPERUSER } from "../../local/postgres/postgres.ts";
import { delay, until } from "../../local/wait.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { timed } from "../interleave.ts";
import { script } from "../script.ts";
import { percentile, ratios } from "../statistics.ts";

/** How many samples make one round, whose percentiles are compared. */
const PER_ROUND = 6;
/** After its last request pg_net's worker rests a second, looks once more and rests another. Then it sleeps. */
const ASLEEP_MS = 2200;

/** From the trigger's commit to the claim, through pg_net's stand-in, the gateway and the real function. */
export const commitToClaim: Benchmark = {
  name: "commit-to-claim",
  description: "from the trigger's commit to the claim, against one POST that the function refuses",
  run: async ({ quick, progress }) => {
    progress("starting a platform");
    await using platform = await startPlatform({ seed: false });
    const rounds = quick ? 1 : 5;
    const sql = postgres(platform.postgres?.url(SUPERUSER) ?? platform.adminUrl, {
      max: 1,
      onnotice: () => {},
    });
    try {
      await prepare(sql, 2 * rounds * PER_ROUND + 1);
      // The first call of each pays for its cold start.
      await sample(sql, 1);
      await refusedPost(platform);
      let tenant = 1;
      const results: Result[] = [];
      for (const [name, pause] of [["alone", ASLEEP_MS], ["in a row", 0]] as const) {
        const claims: number[][] = [];
        const posts: number[][] = [];
        for (let round = 0; round < rounds; round++) {
          const [claim, post]: [number[], number[]] = [[], []];
          for (let n = 0; n < PER_ROUND; n++) {
            await delay(pause);
            claim.push(await sample(sql, ++tenant));
            post.push(await timed(() => refusedPost(platform)));
          }
          claims.push(claim);
          posts.push(post);
          progress(`${name}, round ${round + 1}`);
        }
        for (const share of [0.5, 0.95]) results.push(compare(name, claims, posts, share));
      }
      return {
        results,
        notes: [
          "commit-to-claim alone includes the stand-in's polling (every 20 ms), where the commit wakes the real pg_net. In a " +
          "row it shows what the real one does, too: it rests up to a second after each batch.",
        ],
      };
    } finally {
      await sql.end();
    }
  },
};

async function prepare(sql: Sql, tenants: number): Promise<void> {
  await sql.unsafe(await script("scratch_schema.sql"));
  const [person] = await sql.unsafe<{ id: string }[]>(await script("tenants.sql"), [tenants]);
  const claims = JSON.stringify({ sub: person?.id, role: "authenticated" });
  await sql`select set_config('request.jwt.claims', ${claims}, false)`;
  await sql`set role authenticated`;
}

/** Both ends by the server's clock: right after the commit, and the beginning of the claim's transaction. */
async function sample(sql: Sql, tenant: number): Promise<number> {
  const [times] = await sql.unsafe<{ ended: number }[]>(
    `call bench.loop_trigger(${tenant}, ${tenant}, null, null)`,
  );
  if (times === undefined) throw new Error("loop_trigger returned nothing");
  await sql`reset role`;
  const claimed = await until("the claim", async () => {
    const [row] = await sql<{ at: number }[]>`
      select extract(epoch from a.claimed_at)::double precision * 1000 as at
      from sync_scheduler.run_attempts a join public.sync_run_log r using (run_id) join bench.tenants t using (org_id)
      where t.n = ${tenant} and a.claimed_at is not null`;
    return row?.at;
  });
  await until("the end of the run", async () => {
    const [row] = await sql<{ over: boolean }[]>`
      select r.finished_at is not null as over
      from public.sync_run_log r join bench.tenants t using (org_id) where t.n = ${tenant}`;
    return row?.over;
  });
  await sql`set role authenticated`;
  return claimed - times.ended;
}

async function refusedPost(platform: Platform): Promise<void> {
  const body = { kind: "run", run_id: crypto.randomUUID(), attempt: 1, token: "0".repeat(64) };
  const response = await fetch(`${platform.functionsUrl}/integration-sync`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  if (response.status !== 401) throw new Error(`a bad token was answered with ${response.status}`);
}

function compare(
  name: string,
  claims: readonly number[][],
  posts: readonly number[][],
  share: number,
): Result {
  const [own, others] = [claims, posts].map((rounds) => rounds.map((round) => percentile(round, share)));
  return {
    benchmark: commitToClaim.name,
    case: `${name}, p${share * 100}`,
    unit: "ms",
    measured: percentile(own ?? [], 0.5),
    reference: percentile(others ?? [], 0.5),
    ratio: ratios(own ?? [], others ?? []),
  };
}
