import type { BenchContext, Benchmark, Result } from "../benchmark.ts";
import { interleave } from "../interleave.ts";
import { script } from "../script.ts";
import { percentile, ratios } from "../statistics.ts";

/** So many entries a claim counts. */
const COUNTED = 10_000;

/** The first claim of a run, and that of a later slice, with ever more entries that wait. */
export const claimOutbox: Benchmark = {
  name: "claim-outbox",
  description: "a run's first claim and a later one, with up to 1,000,000 entries that wait, against 10,000",
  run: async (context) => {
    const sizes = context.quick ? [COUNTED, 20_000] : [COUNTED, 100_000, 1_000_000];
    const claims = await Promise.all(sizes.map((size) => openRun(context, size)));
    const results: Result[] = [];
    for (const slice of ["first", "later"] as const) {
      const parts = Object.fromEntries(claims.map((claim, n) => [`${sizes[n]}`, () => claim(slice)]));
      await interleave(2, parts);
      const found = await interleave(context.quick ? 3 : 40, parts);
      const reference = found[`${COUNTED}`] ?? [];
      for (const size of sizes.slice(1)) {
        const measured = found[`${size}`] ?? [];
        results.push({
          benchmark: claimOutbox.name,
          case: `the ${slice} claim of a run, ${size} entries wait`,
          unit: "ms",
          measured: percentile(measured, 0.5),
          reference: percentile(reference, 0.5),
          ratio: ratios(measured, reference),
          goal: { atMost: 1.2 },
        });
      }
    }
    return { results };
  },
};

/** A run of an integration with so many entries that wait. Returns what measures a claim of it, and undoes the claim. */
async function openRun(
  { server, progress }: BenchContext,
  size: number,
): Promise<(slice: "first" | "later") => Promise<number>> {
  const database = await (await server()).database({ rows: 0, stale: `claim_${size}` });
  const [tenant, neighbour] = await database.tenants(1, 2);
  if (tenant === undefined || neighbour === undefined) throw new Error("there are no tenants");
  progress(`an outbox in which ${size} entries wait`);
  const fill = await script("fill_outbox.sql");
  await database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(fill, [tenant.integrationId, 0, size, neighbour.integrationId, 0]);
  });
  await database.admin`vacuum analyze public.sync_export_entries`;
  const sql = database.asSuperuser();
  await sql`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
  const [run] = await sql`select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`;
  const runId: string = run?.run_id;
  await sql`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${runId}`;
  return async (slice) => {
    await sql`begin`;
    if (slice === "later") {
      await sql`update public.sync_run_log set started_at = now() where run_id = ${runId}`;
    }
    const begin = performance.now();
    await sql`select public.sync_worker_claim(${runId}, 1, 't', gen_random_uuid(), 1, false)`;
    const took = performance.now() - begin;
    await sql`rollback`;
    return took;
  };
}
