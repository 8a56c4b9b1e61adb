/** `docs/operations.md` leaves out no setting, no kind of alert and no status. */
import assert from "node:assert/strict";
import { usePlatform } from "../support/platform.ts";

const page = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));

/** First cells of the table below a heading. */
function firstCells(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, cell = ""]) => cell).sort();
}

Deno.test("docs/operations.md explains every setting, with the default that it has", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const columns = await database.sql<{ name: string }[]>`
    select column_name::text as name from information_schema.columns
    where table_schema = 'sync_scheduler' and table_name = 'settings'
      and column_name not in ('only_row', 'installed_at') order by 1`;
  assert.deepEqual(firstCells("Settings"), columns.map(({ name }) => name));

  const defaults = await database.sql<{ name: string; value: string; seconds: number | null }[]>`
    select a.attname::text as name, pg_get_expr(d.adbin, d.adrelid) as value,
      case when a.atttypid = 'interval'::regtype then
        extract(epoch from (regexp_match(pg_get_expr(d.adbin, d.adrelid), '''(.+)'''))[1]::interval)::int end as seconds
    from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = 'sync_scheduler.settings'::regclass and a.attname not in ('only_row', 'installed_at')`;
  for (const { name, value, seconds } of defaults) {
    const stated = new RegExp(`^\\| \`${name}\` +\\| ([^|]+?) +\\|`, "m").exec(page)?.[1] ?? "";
    assert.equal(seconds === null ? Number(stated) : inSeconds(stated), seconds ?? Number(value), name);
  }
});

function inSeconds(text: string): number {
  const [, number = "", unit = ""] = /^(\d+) (s|min|h|days?)$/.exec(text) ?? [];
  return Number(number) * ({ s: 1, min: 60, h: 3600 }[unit] ?? 86_400);
}

Deno.test("docs/operations.md says of every kind of alert and every status of health what it means", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const values = async (type: string) =>
    (await database.sql<{ value: string }[]>`
      select e.enumlabel::text as value from pg_enum e where e.enumtypid = ${type}::regtype order by 1`)
      .map(({ value }) => value).sort();
  assert.deepEqual(firstCells("When something is wrong"), await values("public.sync_alert_kind"));
  assert.deepEqual(firstCells("Health"), await values("public.sync_health_status"));
});
