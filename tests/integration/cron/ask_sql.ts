import type { Sql } from "postgres";
import type { CronCase } from "./arbitrary.ts";

/** What `sync_scheduler.next_cron_occurrence` answers to many questions, in one call. */
export async function askSql(sql: Sql, cases: readonly CronCase[]): Promise<number[]> {
  const rows = await sql<{ next: number }[]>`
    select extract(epoch from sync_scheduler.next_cron_occurrence(
      asked ->> 'expression', asked ->> 'zone', to_timestamp((asked ->> 'after')::float8 / 1000)))::float8 * 1000 as next
    from jsonb_array_elements(${sql.json(cases as never)}) with ordinality as question (asked, place)
    order by place`;
  return rows.map(({ next }) => next);
}

/** What it answers when each answer is the next question's `after`, so many times over. */
export async function askSqlOn(sql: Sql, cases: readonly CronCase[], times: number): Promise<number[][]> {
  const rows = await sql<{ instants: number[] }[]>`
    with recursive walk (place, asked, step, instant) as (
      select place, asked, 0, to_timestamp((asked ->> 'after')::float8 / 1000)
      from jsonb_array_elements(${sql.json(cases as never)}) with ordinality as question (asked, place)
      union all
      select place, asked, step + 1,
        sync_scheduler.next_cron_occurrence(asked ->> 'expression', asked ->> 'zone', instant)
      from walk where step < ${times}
    )
    select array_agg(extract(epoch from instant)::float8 * 1000 order by step) filter (where step > 0) as instants
    from walk group by place order by place`;
  return rows.map(({ instants }) => instants);
}

/** The same instants, as one call of `sync_scheduler.cron_occurrences` a question returns them. */
export async function askSqlAtOnce(
  sql: Sql,
  cases: readonly CronCase[],
  times: number,
): Promise<number[][]> {
  const rows = await sql<{ instants: number[] }[]>`
    select array(
      select extract(epoch from instant)::float8 * 1000
      from sync_scheduler.cron_occurrences(asked ->> 'expression', asked ->> 'zone',
        to_timestamp((asked ->> 'after')::float8 / 1000), 'infinity', ${times}) instant) as instants
    from jsonb_array_elements(${sql.json(cases as never)}) with ordinality as question (asked, place)
    order by place`;
  return rows.map(({ instants }) => instants);
}
