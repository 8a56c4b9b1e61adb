import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

// In SQL, without the locks that the functions of the bundle take: only the alert's own lock keeps them apart.
const withdraw = (sql: Sql, key: string) =>
  sql`update public.sync_export_entries set state = 'withdrawn', decided_at = now() where entry_key = ${key}`;

raceTest(
  "the alert of a failed run closes when two take its last entries at once",
  async ({ sql, session }) => {
    await makeTenant(sql, { entries: 2 });
    await sql`select sync_scheduler.raise_alert(i, 'run_failed', 'critical', null, 'A sync failed.',
      jsonb_build_object('last_entry_id', (sync_scheduler.outstanding_entries(i.id)).last_id))
    from public.sync_integrations i`;
    const [one, other] = [await session(), await session()];
    await one.stopsAfter((sql) => withdraw(sql, "entry-1"));
    const withdrawn = await other.runs((sql) => withdraw(sql, "entry-2"));
    await one.goesOn();
    await withdrawn.answer;
    assert.deepEqual([
      ...await sql`select from public.sync_alerts where kind = 'run_failed' and resolved_at is null`,
    ], []);
  },
);
