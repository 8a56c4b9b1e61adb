import type { Benchmark, Result } from "../benchmark.ts";
import { callTrigger, insertBare, openSessions } from "../calls.ts";
import type { BenchDatabase } from "../database.ts";
import { interleave } from "../interleave.ts";
import { processOf, processorTimeOf } from "../processor_time.ts";
import { openGraphileWorker, openPgBoss, openQueueDatabase, type Store } from "../queues.ts";
import { percentile, ratios } from "../statistics.ts";

/**
 * What job queues of npm pay for a job that is stored, each through its own library with one connection. A press decides
 * and audits as well; they only store.
 */
export const peers: Benchmark = {
  name: "peers",
  description: "processor time of a press and of a job in pg-boss and graphile-worker, against a bare insert",
  run: async ({ quick, progress, server }) => {
    const database = await openQueueDatabase(await server(), "peers");
    const tenants = await database.tenants(1, quick ? 110 : 510);
    const queues = {
      insert: await ours(database, insertBare),
      press: await ours(database, callTrigger),
      pgBoss: await openPgBoss(database),
      graphileWorker: await openGraphileWorker(database),
    };
    const round = ({ pid, store }: Store) => async (): Promise<number> => {
      await database.reset();
      // The first calls plan and are not counted.
      for (const tenant of tenants.slice(0, 10)) await store(tenant);
      const counted = tenants.slice(10);
      const took = await processorTimeOf([pid], async () => {
        for (const tenant of counted) await store(tenant);
      });
      return took / counted.length;
    };
    const found = await interleave(quick ? 3 : 9, {
      insert: round(queues.insert),
      press: round(queues.press),
      pgBoss: round(queues.pgBoss),
      graphileWorker: round(queues.graphileWorker),
    }, (n) => progress(`round ${n}`));
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
    const share = (name: string, times: readonly number[]): Result => ({
      benchmark: peers.name,
      case: name,
      unit: "ms/call",
      measured: percentile(times, 0.5),
      reference: percentile(found.insert, 0.5),
      ratio: ratios(found.insert, times),
    });
    return {
      results: [
        share("a press", found.press),
        share("pg-boss, send", found.pgBoss),
        share("graphile-worker, addJob", found.graphileWorker),
      ],
      notes: [
        "peers: the ratio is a share of the bare insert's speed. The two store a job; a press decides, too.",
      ],
    };
  },
};

async function ours(database: BenchDatabase, call: typeof callTrigger): Promise<Store> {
  const [session] = await openSessions(database, 1);
  if (session === undefined) throw new Error("no session");
  return {
    pid: await processOf(session),
    store: (tenant) => call(session, tenant),
    close: () => session.end(),
  };
}
