import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";
import { usePlatform } from "../support/platform.ts";
import { createTenant } from "../support/tenant.ts";

/** How the alert stands: how many entries it counts, or null when it is over. */
async function counted(sql: Sql, integrationId: string): Promise<number | null> {
  const alerts = await sql<{ undecided: number }[]>`
    select (details -> 'undecided')::int as undecided from public.sync_alerts
    where integration_id = ${integrationId} and kind = 'entries_need_decision' and resolved_at is null`;
  assert.ok(alerts.length <= 1, "one alert at most");
  return alerts[0]?.undecided ?? null;
}

// Without the locks that the functions of the bundle take, so that nothing but the alert's own keeps them apart.
const reject = (sql: Sql, integrationId: string, key: string) =>
  sql`update public.sync_export_entries set state = 'rejected' where integration_id = ${integrationId} and entry_key = ${key}`;
const decide = (sql: Sql, integrationId: string, key: string) =>
  sql`update public.sync_export_entries set decided_at = now() where integration_id = ${integrationId} and entry_key = ${key}`;

for (
  const [name, first, second, expected] of [
    ["the last decision comes before a further rejection", decide, reject, 1],
    ["the last decision comes after a further rejection", reject, decide, 1],
    ["two decisions take the last entries", decide, decide, null],
    ["two rejections come", reject, reject, 3],
  ] as const
) {
  Deno.test(`the alert about undecided entries tells the truth when at the same time ${name}`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    const { integrationId } = await createTenant(sql, platform, { entries: 3 });
    // Of two decisions each has an entry of its own.
    await reject(sql, integrationId, "entry-1");
    const others = { [String(decide)]: "entry-1", [String(reject)]: "entry-2" };
    if (first === decide && second === decide) await reject(sql, integrationId, "entry-3");
    const key = (step: typeof decide, isSecond: boolean) =>
      isSecond && first === second ? "entry-3" : others[String(step)] ?? "";

    const [one, two] = [await sql.reserve(), await sql.reserve()];
    await one`begin`;
    await two`begin`;
    const [{ pid } = { pid: 0 }] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await first(one as unknown as Sql, integrationId, key(first, false));
    const later = second(two as unknown as Sql, integrationId, key(second, true)).execute();
    await until("the second waits for the first", async () => {
      const [waiting] =
        await sql`select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`;
      return waiting;
    });
    await one`commit`;
    await later;
    await two`commit`;
    one.release();
    two.release();
    const [truth] = await sql<{ n: number }[]>`select count(*)::int as n from public.sync_export_entries
      where integration_id = ${integrationId} and undecided`;
    assert.equal(truth?.n ?? 0, expected ?? 0);
    assert.equal(await counted(sql, integrationId), expected);
  });
}
