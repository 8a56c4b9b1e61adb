import type { TransactionSql } from "postgres";

/** What statements of the bundle would change, and what they could not be tried on. */
export interface Rehearsal<Row> {
  /** There after the statements, not before. */
  readonly added: readonly Row[];
  /** There before the statements, not after. */
  readonly removed: readonly Row[];
  /** Why statements failed: the objects that are missing, in Postgres's words. */
  readonly missing: readonly string[];
}

/**
 * Runs the bundle's own statements in a transaction that the caller rolls back: whatever they would change is what is
 * wrong. So nothing has to restate what they say. A missing object is reported, and the others are still compared.
 *
 * @param snapshot Reads the state; rows are compared as JSON.
 *
 * @example
 * ```ts ignore
 * const grants = await look((tx) => rehearse(tx, ["grant select on t to anon;"], (tx) => tx`select ...`));
 * console.log(grants.added); // what is missing
 * ```
 */
export async function rehearse<Row>(
  tx: TransactionSql,
  statements: readonly string[],
  snapshot: (tx: TransactionSql) => Promise<readonly Row[]>,
): Promise<Rehearsal<Row>> {
  const before = await snapshot(tx);
  const missing = await run(tx, statements);
  const after = await snapshot(tx);
  const known = new Set(before.map((row) => JSON.stringify(row)));
  const wanted = new Set(after.map((row) => JSON.stringify(row)));
  return {
    added: after.filter((row) => !known.has(JSON.stringify(row))),
    removed: before.filter((row) => !wanted.has(JSON.stringify(row))),
    missing,
  };
}

/** In one round trip: a hosted database is far away, and there are hundreds of them. */
async function run(tx: TransactionSql, statements: readonly string[]): Promise<string[]> {
  await tx`create temporary table missing (message text) on commit drop`;
  await tx`select set_config('sync_scheduler_doctor.statements', ${JSON.stringify(statements)}, true)`;
  await tx.unsafe(`do $doctor$
    declare
      statement text;
    begin
      for statement in
        select jsonb_array_elements_text(current_setting('sync_scheduler_doctor.statements')::jsonb)
      loop
        begin
          execute statement;
        exception when undefined_function or undefined_table or undefined_column or undefined_object
          or invalid_schema_name
        then
          insert into pg_temp.missing values (sqlerrm);
        end;
      end loop;
    end
  $doctor$`);
  const rows = await tx<{ message: string }[]>`select distinct message from pg_temp.missing order by message`;
  return rows.map(({ message }) => message);
}
