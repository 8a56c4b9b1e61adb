import { Logger, makeWorkerUtils, runTaskListOnce } from "graphile-worker";
import { PgBoss } from "pg-boss";
import { expectCount } from "./calls.ts";
import type { BenchDatabase, BenchTenant } from "./database.ts";
import type { BenchServer } from "./server.ts";

/** Something that stores one job for the tenant, and the server's process that does it. */
export interface Store {
  readonly pid: number;
  store(tenant: BenchTenant): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A job queue of npm, through its own library with one connection. */
export interface Queue extends Store {
  /** Takes so many stored jobs, one after the other, and completes each. */
  take(jobs: number): Promise<void>;
}

/** A database for such queues. As for the press: a commit does not wait for the disk. */
export async function openQueueDatabase(server: BenchServer, purpose: string): Promise<BenchDatabase> {
  const database = await server.database({ rows: 0, purpose });
  const [row] = await database.admin<{ name: string }[]>`select quote_ident(current_database()) as name`;
  await database.admin.unsafe(`alter database ${row?.name} set synchronous_commit = off`);
  return database;
}

/** Opens pg-boss: `send`, and `fetch` and `complete` of one job. */
export async function openPgBoss(database: BenchDatabase): Promise<Queue> {
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
  const [process] = await database.admin<{ pid: number }[]>`
    select pid from pg_stat_activity
    where application_name = 'bench pg-boss' and datname = current_database()`;
  if (process === undefined) throw new Error("pg-boss without a process");
  const takeAll = async (jobs: number): Promise<void> => {
    for (let n = 0; n < jobs; n++) {
      const [job] = await boss.fetch("sync");
      if (job === undefined) throw new Error("pg-boss has no job");
      await boss.complete("sync", job.id);
    }
  };
  return {
    pid: process.pid,
    store: (tenant) => Promise.race([failed.promise, boss.send("sync", jobOf(tenant))]),
    take: (jobs) => Promise.race([failed.promise, takeAll(jobs)]),
    close: () => boss.stop({ graceful: false }),
  };
}

/**
 * Opens graphile-worker: `addJob` and `runTaskListOnce`. The library has no call that takes a single job; this one
 * takes all that wait, each by itself, and looks once more.
 */
export async function openGraphileWorker(database: BenchDatabase): Promise<Queue> {
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString: database.superuserUrl, maxPoolSize: 1, logger });
  await utils.migrate();
  const { rows: [process] } = await utils.withPgClient((client) =>
    client.query<{ pid: number }>("select pg_backend_pid() as pid")
  );
  if (process === undefined) throw new Error("graphile-worker without a process");
  return {
    pid: process.pid,
    store: (tenant) => utils.addJob("sync", jobOf(tenant)),
    take: async (jobs) => {
      let taken = 0;
      const tasks = { sync: () => void taken++ };
      await utils.withPgClient((client) =>
        runTaskListOnce({ logger, noHandleSignals: true }, tasks, client).promise
      );
      expectCount("jobs of graphile-worker", taken, jobs);
    },
    close: async () => await utils.release(),
  };
}

/** As much as the request of a press says. */
function jobOf({ orgId, integrationId }: BenchTenant): Record<string, unknown> {
  return { kind: "run", run_id: integrationId, attempt: 1, token: orgId + orgId };
}
