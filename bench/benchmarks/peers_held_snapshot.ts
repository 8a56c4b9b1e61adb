import type { Sql } from "postgres";
import type { Benchmark, Result } from "../benchmark.ts";
import { callTrigger, expectCount } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { interleave } from "../interleave.ts";
import { asWorker } from "../outbox.ts";
import { processOf, processorTimeOf } from "../processor_time.ts";
import { openGraphileWorker, openPgBoss, openQueueDatabase, type Queue } from "../queues.ts";
import { percentile, ratios } from "../statistics.ts";

/** Organisations; each has as many runs as the others. */
const TENANTS = 250;
/** Jobs that wait at once, and that a round measures. */
const AT_ONCE = 50;

/** Milliseconds of processor time for a job, by the name of the step. The steps of a queue follow one another. */
type Steps = Record<string, (tenants: readonly BenchTenant[]) => Promise<number>>;

/**
 * Work that is stored and taken while another session holds a snapshot. Then nothing that is finished leaves the
 * indexes that say what waits. The reference has finished as much, and a vacuum has cleaned it.
 */
export const peersHeldSnapshot: Benchmark = {
  name: "peers-held-snapshot",
  description:
    "processor time of a run and of a job in two queues, 5,000 finished under a held snapshot, against none held",
  run: async ({ quick, progress, server }) => {
    const [free, held] = [
      await openQueueDatabase(await server(), "snapshot_free"),
      await openQueueDatabase(await server(), "snapshot_held"),
    ];
    const [before, after] = [await openSides(free), await openSides(held)];
    const holder = held.asOwner();
    await holder`begin isolation level repeatable read`;
    await holder`select 1`;
    const tenants = await free.tenants(1, TENANTS);
    let [finished, at] = [0, 0];
    const parts: Record<string, () => Promise<number>> = {};
    for (const [name, step] of Object.entries(before.steps)) {
      parts[`${name}, before`] = () => step(tenants.slice(at, at + AT_ONCE));
      parts[`${name}, after`] = () =>
        after.steps[name]?.(tenants.slice(at, at + AT_ONCE)) ?? Promise.reject();
    }
    const next = () => {
      finished += AT_ONCE;
      at = finished % TENANTS;
      if (finished % 1000 === 0) progress(`${finished} runs and jobs`);
    };
    await interleave((quick ? 100 : 5000) / AT_ONCE, parts, next);
    for (const { admin } of [free, held]) await admin`vacuum analyze`;
    const count = finished;
    // The first calls after it plan anew and are not counted.
    await interleave(1, parts, next);
    const found = await interleave(quick ? 2 : 9, parts, next);
    await holder`rollback`;
    await Promise.all([holder.end(), before.close(), after.close()]);
    const results = Object.keys(before.steps).map((name): Result => {
      const [measured = [], reference = []] = [found[`${name}, after`], found[`${name}, before`]];
      return {
        benchmark: peersHeldSnapshot.name,
        case: `${name}, ${count} finished under a held snapshot, to none held`,
        unit: "ms/job",
        measured: percentile(measured, 0.5),
        reference: percentile(reference, 0.5),
        ratio: ratios(measured, reference),
      };
    });
    return { results };
  },
};

interface Side {
  readonly steps: Steps;
  close(): Promise<unknown>;
}

async function openSides(database: BenchDatabase): Promise<Side> {
  const sides = [
    await openRuns(database),
    stepsOf(await openPgBoss(database), "pg-boss, send", "pg-boss, fetch and complete"),
    stepsOf(
      await openGraphileWorker(database),
      "graphile-worker, addJob",
      "graphile-worker, take and complete",
    ),
  ];
  return {
    steps: Object.assign({}, ...sides.map(({ steps }) => steps)),
    close: () => Promise.all(sides.map((side) => side.close())),
  };
}

function stepsOf({ pid, store, take, close }: Queue, storing: string, taking: string): Side {
  return {
    steps: {
      [storing]: (tenants) => eachOf(pid, tenants, store),
      [taking]: async (tenants) => await processorTimeOf([pid], () => take(tenants.length)) / tenants.length,
    },
    close,
  };
}

/** What a run needs: the press of the coordinator, and what the function calls for it. */
async function openRuns(database: BenchDatabase): Promise<Side> {
  const { admin } = database;
  await admin`update public.sync_integrations set manual_cooldown = '0' where true`;
  await admin`update sync_scheduler.settings set least_cooldown = '0' where true`;
  const [coordinator, worker] = [await database.asCoordinator(), await asWorker(database)];
  const [pressing, working] = [await processOf(coordinator), await processOf(worker)];
  let runs: readonly string[] = [];
  const step = (call: (sql: Sql, runId: string) => Promise<unknown>) => () =>
    eachOf(working, runs, (runId) => call(worker, runId));
  const claim = step((sql, id) =>
    sql`select public.sync_worker_claim(${id}, 1, 't', gen_random_uuid(), 1, false)`
  );
  return {
    steps: {
      "a press": (tenants) => eachOf(pressing, tenants, (tenant) => callTrigger(coordinator, tenant)),
      "a claim": async (tenants) => {
        const started = await admin<{ run_id: string }[]>`
          update sync_scheduler.run_attempts set token_hash = sha256('t') where ended_at is null returning run_id`;
        expectCount("started runs", started.length, tenants.length);
        runs = started.map(({ run_id }) => run_id);
        await admin`truncate net.http_request_queue`;
        return await claim();
      },
      "a heartbeat": step((sql, id) => sql`select public.sync_worker_heartbeat(${id}, 1, 't')`),
      "a finish": step((sql, id) => sql`select public.sync_worker_finish(${id}, 1, 't', 'succeeded')`),
    },
    close: () => Promise.all([coordinator.end(), worker.end()]),
  };
}

/** Milliseconds of the process for each of them. */
async function eachOf<Item>(
  pid: number,
  items: readonly Item[],
  call: (item: Item) => Promise<unknown>,
): Promise<number> {
  const took = await processorTimeOf([pid], async () => {
    for (const item of items) await call(item);
  });
  return took / items.length;
}
