import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { type Batch, makeTenant, startRun } from "../stage.ts";

const KEYS = ["entry-1", "entry-2"];

for (const [what, keys] of [["the next entries", null], ["named entries", KEYS]] as const) {
  raceTest(
    `a batch of ${what} keeps its limit in bytes when the owner replaces one`,
    async ({ sql, session }) => {
      const tenant = await makeTenant(sql, { entries: 2 });
      const runId = await startRun(sql, tenant, "running");
      const [owner, worker] = [await session(), await session()];
      await owner.stopsAfter((sql) =>
        sql`update public.sync_export_entries set payload = jsonb_build_object('text', repeat('x', 1000)) where entry_key = 'entry-2'`
      );
      const reserved = await worker.runs(async (sql: Sql) => {
        const [row] = await sql<{ answer: Batch }[]>`
        select public.sync_worker_reserve_entries(${runId}, 1, 'token', 2, ${keys as
          | string[]
          | null}, 500) as answer`;
        return row?.answer.entries.map(({ entry_key }) => entry_key);
      });
      await owner.goesOn();
      assert.deepEqual(await reserved.answer, ["entry-1"]);
    },
  );
}
