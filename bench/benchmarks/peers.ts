import { makeWorkerUtils } from "graphile-worker";
import { PgBoss } from "pg-boss";
import type { Benchmark, Result } from "../benchmark.ts";
import { callTrigger, insertBare, openSessions } from "../calls.ts";
import type { BenchDatabase, BenchTenant } from "../database.ts";
import { interleave } from "../interleave.ts";
import { processOf, processorTime } from "../processor_time.ts";
import { percentile, ratios } from "../statistics.ts";

/** Something that stores one job for the tenant, and the server's process that does it. */
interface Queue {
  readonly pid: number;
  store(tenant: BenchTenant): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * What job queues of npm pay for a job that is stored, each through its own library with one connection. A press decides
 * and audits as well; they only store.
 */
export const peers: Benchmark = {
  name: "peers",
  description: "processor time of a press and of a job in pg-boss and graphile-worker, against a bare insert",
  run: async ({ quick, progress, server }) => {
    const database = await (await server()).database({ rows: 0, purpose: "peers" });
    // As for the press: a commit does not wait for the disk.
    await database.admin.unsafe(`alter database ${(await nameOf(database))} set synchronous_commit = off`);
    const tenants = await database.tenants(1, quick ? 110 : 510);
    const queues = {
      insert: await ours(database, insertBare),
      press: await ours(database, callTrigger),
      pgBoss: await openPgBoss(database),
      graphileWorker: await openGraphileWorker(database),
    };
    const round = ({ pid, store }: Queue) => async (): Promise<number> => {
      await database.reset();
      // The first calls plan and are not counted.
      for (const tenant of tenants.slice(0, 10)) await store(tenant);
      const begin = await processorTime([pid]);
      for (const tenant of tenants.slice(10)) await store(tenant);
      return (await processorTime([pid]) - begin) / (tenants.length - 10);
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

async function nameOf({ admin }: BenchDatabase): Promise<string> {
  const [row] = await admin<{ name: string }[]>`select quote_ident(current_database()) as name`;
  return row?.name ?? "";
}

async function ours(database: BenchDatabase, call: typeof callTrigger): Promise<Queue> {
  const [session] = await openSessions(database, 1);
  if (session === undefined) throw new Error("no session");
  return {
    pid: await processOf(session),
    store: (tenant) => call(session, tenant),
    close: () => session.end(),
  };
}

async function openPgBoss(database: BenchDatabase): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: database.superuserUrl,
    max: 1,
    application_name: "bench pg-boss",
    supervise: false,
    schedule: false,
  });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  boss.on("error", failed.reject);
  await boss.start();
  await boss.createQueue("sync");
  const store = (tenant: BenchTenant) => Promise.race([failed.promise, boss.send("sync", jobOf(tenant))]);
  const [process] = await database.admin<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'bench pg-boss'`;
  if (process === undefined) throw new Error("pg-boss without a process");
  return { pid: process.pid, store, close: () => boss.stop({ graceful: false }) };
}

async function openGraphileWorker(database: BenchDatabase): Promise<Queue> {
  const utils = await makeWorkerUtils({ connectionString: database.superuserUrl, maxPoolSize: 1 });
  await utils.migrate();
  const { rows: [process] } = await utils.withPgClient((client) =>
    client.query<{ pid: number }>("select pg_backend_pid() as pid")
  );
  if (process === undefined) throw new Error("graphile-worker without a process");
  return {
    pid: process.pid,
    store: (tenant) => utils.addJob("sync", jobOf(tenant)),
    close: async () => await utils.release(),
  };
}

/** As much as the request of a press says. */
function jobOf({ orgId, integrationId }: BenchTenant): Record<string, unknown> {
  return { kind: "run", run_id: integrationId, attempt: 1, token: orgId + orgId };
}
