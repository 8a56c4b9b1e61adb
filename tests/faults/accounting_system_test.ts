/** Processes that are killed while an accounting system is at work on what they have sent. */
import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { accountingSystems, assertBookedOnce, syncWith } from "../support/accounting_system.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { expireAndRecover, moveOn, readRun } from "../support/runs.ts";
import { createTenant } from "../support/tenant.ts";

const ENTRIES = 30;

for (const victim of ["the function", "Postgres"] as const) {
  localTest(
    `vouchers are booked once each in Xledger and Business Central though ${victim} is killed while they are sent`,
    async ({ edgeFunction, postgres, ...platform }) => {
      for (const start of accountingSystems) {
        await using system = await start();
        const before = connect(platform.dbUrl);
        await before.sql`update sync_scheduler.settings set max_dispatches = 20 where true`;
        const tenant = await createTenant(before.sql, platform);
        system.delayNextWrite();
        const runId = await syncWith(before.sql, tenant, system, ENTRIES);
        await until(`${system.name} has the first vouchers`, () => Promise.resolve(system.writes() === 1));
        assert.equal(system.booked().size, 0, "and is at work on them");

        if (victim === "Postgres") {
          await postgres.kill9();
          await before[Symbol.asyncDispose]();
          await postgres.restart();
        } else {
          await edgeFunction.kill("SIGKILL");
          await edgeFunction.start();
          await before[Symbol.asyncDispose]();
        }

        await using database = connect(platform.dbUrl);
        const { sql } = database;
        await until(`${system.name} has booked them`, () => Promise.resolve(system.booked().size > 0));
        // The function's lease is a dead worker's; with Postgres gone, its worker gets through or loses its attempt.
        if (victim === "the function") await expireAndRecover(sql, runId);
        const ended = await until("the run has ended", async () => {
          await moveOn(sql, runId);
          const seen = await readRun(sql, runId);
          return (seen.status === "succeeded" || seen.status === "failed") && seen;
        }, { timeoutMs: 180_000, everyMs: 300 });
        assert.equal(ended.status, "succeeded", ended.error_message ?? "");
        await assertBookedOnce(sql, tenant, system, ENTRIES);
      }
    },
  );
}
