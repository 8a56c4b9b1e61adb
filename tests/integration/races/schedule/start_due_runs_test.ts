import assert from "node:assert/strict";
import { until } from "../../../../local/wait.ts";
import { raceTest } from "../../../support/databases/race.ts";
import { makeDue, makeIntegrations, startDueRuns } from "../stage.ts";

raceTest(
  "a tick that starts each slot alone waits for no integration that is held meanwhile",
  async ({ sql, session }) => {
    const ids = await makeIntegrations(sql, 3);
    await sql.unsafe(`
    create function race.break() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
    create trigger break before insert on public.sync_run_log for each row execute function race.break()`);
    await makeDue(sql, ids);
    const [tick, admin] = [await session(), await session()];
    // It has found that together they do not start, and reports the first one.
    await tick.stopsBefore("insert sync_alerts", startDueRuns);
    const [holder] = await admin.stopsAfter((sql) =>
      sql`select pg_backend_pid() as pid from public.sync_integrations for no key update skip locked`
    );
    assert.ok(holder);
    let hasEnded = false;
    const rest = tick.goesOn().finally(() => hasEnded = true);
    const state = await until("the tick to end or to wait for the admin", async () => {
      if (hasEnded) return "ended";
      const waiting = await sql`select from pg_stat_activity where ${
        holder["pid"]
      }::int = any (pg_blocking_pids(pid))`;
      return waiting.length > 0 && "waits";
    });
    await admin.goesOn();
    await rest;
    assert.equal(state, "ended");
    assert.equal((await sql`select from public.sync_alerts where kind = 'start_failed'`).length, 1);
  },
);
