import { until } from "../wait.ts";
import { type Check, fail, pass } from "../check.ts";
import { count } from "../quote.ts";

const RESTART = "select net.worker_restart();";

/** Is pg_net's worker alive: does its queue move? */
export const pgNet: Check = {
  name: "pg_net",
  healthy: "Its worker is up.",
  async examine({ look, patienceMs }) {
    const down = await look(async (tx) => {
      const [has] = await tx<{ check: boolean }[]>`
        select to_regprocedure('net.check_worker_is_up()') is not null as check`;
      // Versions before 0.10 have none; the queue tells as well.
      if (has?.check !== true) return null;
      return await tx.savepoint((tx) => tx`select net.check_worker_is_up()`).then(() => null, String);
    });
    if (down !== null) return [fail("Its worker is down: nothing is sent.", RESTART)];

    const queue = () =>
      look(async (tx) => {
        const [row] = await tx<{ waiting: number; first: string | null }[]>`
          select count(*)::int as waiting, min(id)::text as first from net.http_request_queue`;
        return { waiting: row?.waiting ?? 0, first: row?.first ?? null };
      });
    const { waiting, first } = await queue();
    if (first === null) return [pass("Its worker is up, its queue is empty.")];
    const moves = await until(async () => (await queue()).first !== first, patienceMs);
    if (moves) return [pass(`Its worker is up, its queue moves (${count(waiting, "request")}).`)];
    return [fail(`Its queue stands still: ${count(waiting, "request")} waiting.`, RESTART)];
  },
};
