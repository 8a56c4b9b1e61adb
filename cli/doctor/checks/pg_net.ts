import postgres, { type TransactionSql } from "postgres";
import { type Check, fail, pass } from "../check.ts";
import { count } from "../quote.ts";
import { until } from "../wait.ts";

const RESTART = "select net.worker_restart();";

/** Is pg_net's worker alive: does its queue move? */
export const pgNet: Check = {
  name: "pg_net",
  healthy: "Its worker is up.",
  async examine({ look, timeoutMs }) {
    // After worker_restart() the server takes a second to start the worker again. Each look is a transaction of its own: within
    // one, the list of processes stays as it was first read.
    const isUp = await until(() => look(isWorkerUp), timeoutMs);
    if (!isUp) {
      return [fail("Its worker is down, and does not come back by itself: nothing is sent.", RESTART)];
    }

    const queue = () =>
      look(async (tx) => {
        const [row] = await tx<{ waiting: number; first: string | null }[]>`
          select count(*)::int as waiting, min(id)::text as first from net.http_request_queue`;
        return { waiting: row?.waiting ?? 0, first: row?.first ?? null };
      });
    const { waiting, first } = await queue();
    if (first === null) return [pass("Its worker is up, its queue is empty.")];
    const moves = await until(async () => (await queue()).first !== first, timeoutMs);
    if (moves) return [pass(`Its worker is up, its queue moves (${count(waiting, "request")}).`)];
    return [fail(`Its queue does not move: ${count(waiting, "request")} waiting.`, RESTART)];
  },
};

async function isWorkerUp(tx: TransactionSql): Promise<boolean> {
  const [has] = await tx<
    { check: boolean }[]
  >`select to_regprocedure('net.check_worker_is_up()') is not null as check`;
  // Versions before 0.10 have none; the queue shows it as well.
  if (has?.check !== true) return true;
  try {
    await tx.savepoint((tx) => tx`select net.check_worker_is_up()`);
    return true;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code !== "42501") return false;
    throw error;
  }
}
