/** Processes that are killed while an accounting system is at work on what they have sent. */
import assert from "node:assert/strict";
import type { Platform } from "../../local/platform.ts";
import type { Postgres } from "../../local/postgres/postgres.ts";
import { until } from "../../local/wait.ts";
import { accountingSystems, assertBookedOnce, syncWith } from "../support/servers/accounting_system.ts";
import { connect } from "../support/connect.ts";
import { localTest, ownPlatformTest } from "../support/local_only.ts";
import { expireAndRecover, moveOn, readRun } from "../support/runs.ts";
import { createTenant } from "../support/tenant.ts";

const ENTRIES = 30;

for (const victim of ["the function", "Postgres"] as const) {
  const name =
    `vouchers are booked once each in Xledger and Business Central though ${victim} is killed while they are sent`;
  if (victim === "Postgres") localTest(name, (platform) => killAndCompare(platform, platform.postgres));
  else ownPlatformTest(name, (platform) => killAndCompare(platform, null));
}

/** Kills the server, or the function where there is none to kill. */
async function killAndCompare(
  { edgeFunction, ...platform }: Platform,
  postgres: Postgres | null,
): Promise<void> {
  for (const start of accountingSystems) {
    await using system = await start();
    const before = connect(platform.dbUrl);
    await before.sql`update sync_scheduler.settings set max_dispatches = 20 where true`;
    const tenant = await createTenant(before.sql, platform);
    system.delayNextWrite();
    const runId = await syncWith(before.sql, tenant, system, ENTRIES);
    await until(`${system.name} has the first vouchers`, () => Promise.resolve(system.writes() === 1));
    assert.equal(system.booked().size, 0, "and is at work on them");

    if (postgres !== null) {
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
    if (postgres === null) await expireAndRecover(sql, runId);
    const ended = await until("the run has ended", async () => {
      await moveOn(sql, runId);
      const seen = await readRun(sql, runId);
      return (seen.status === "succeeded" || seen.status === "failed") && seen;
    }, { timeoutMs: 180_000, everyMs: 300 });
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    await assertBookedOnce(sql, tenant, system, ENTRIES);
  }
}
