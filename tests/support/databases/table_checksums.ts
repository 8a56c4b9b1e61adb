import type { Sql } from "postgres";

/** Where tables of ours, or rows that ours lead to, can be. */
const SCHEMAS = ["public", "sync_scheduler", "auth", "cron", "net", "vault"];

/**
 * What every table holds, as `ROWS rows, HASH` by the table's name: two answers differ where a row does.
 *
 * @param admin A connection as a superuser.
 */
export async function tableChecksums(admin: Sql): Promise<Record<string, string>> {
  const tables = await admin<{ name: string }[]>`
    select oid::regclass::text as name from pg_class
    where relkind in ('r', 'p') and relnamespace = any (array(select oid from pg_namespace where nspname = any (${SCHEMAS})))
    order by name`;
  const checksums: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await admin.unsafe<{ sum: string }[]>(
      `select count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as sum from ${name} as t`,
    );
    checksums[name] = row?.sum ?? "";
  }
  return checksums;
}
