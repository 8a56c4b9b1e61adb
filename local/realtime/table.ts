import type postgres from "postgres";
import type { Condition } from "./filters.ts";
import type { Row } from "./wal.ts";

/** A column, as far as a change of its table is concerned. */
export interface Column {
  readonly name: string;
  /** As subscribers see it: `timestamptz`. */
  readonly type: string;
  /** As it is written in SQL: `timestamp with time zone`. */
  readonly sqlType: string;
  readonly isKey: boolean;
  /** Whether the role that was asked for may read it. */
  readonly readable: boolean;
}

/** A published table with its columns, in order. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly hasRls: boolean;
  readonly columns: readonly Column[];
}

/** The table as a role may read it, or null when it does not exist or its publication leaves it out. */
export async function describeTable(
  sql: postgres.Sql,
  publication: string,
  { schema, table, role }: { schema: string; table: string; role: string },
): Promise<Table | null> {
  const rows = await sql<(Column & { has_rls: boolean })[]>`
    select a.attname as name, t.typname as type, format_type(a.atttypid, a.atttypmod) as "sqlType",
      a.attnum = any (coalesce(i.indkey::int2[], '{}')) as "isKey", c.relrowsecurity as has_rls,
      has_column_privilege(${role}, c.oid, a.attnum, 'SELECT') as readable
    from pg_publication_tables p
    join pg_namespace n on n.nspname = p.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where p.pubname = ${publication} and p.schemaname = ${schema} and p.tablename = ${table}
    order by a.attnum`;
  if (rows[0] === undefined) return null;
  return { schema, name: table, hasRls: rows[0].has_rls, columns: rows };
}

/** A row as JSON, in Postgres's own rendering, and which of the filters it passes. */
export async function renderRow(
  sql: postgres.Sql,
  table: Table,
  row: Row,
  filters: readonly (readonly Condition[])[],
): Promise<{ record: Record<string, unknown>; passes: readonly boolean[] }> {
  const columns = table.columns.filter((column) => row[column.name] !== undefined);
  const values: (string | null)[] = [];
  const literal = (value: string | null, type: string): string => `$${values.push(value)}::text::${type}`;
  const fields = columns.map(({ name, sqlType }) =>
    `${literal(row[name] ?? null, sqlType)} as ${quoteName(name)}`
  );
  const test = ({ column, operator, values }: Condition): string => {
    const found = columns.find(({ name }) => name === column);
    if (found === undefined) return "false";
    const list = values.map((value) => literal(value, found.sqlType));
    return `r.${quoteName(column)} ${operator} ${operator === "in" ? `(${list.join(", ")})` : list[0]}`;
  };
  const tests = filters.map((filter) => `coalesce(${filter.map(test).join(" and ") || "true"}, false)`);
  const [rendered] = await sql.unsafe<{ record: Record<string, unknown>; passes: boolean[] }[]>(
    `select to_jsonb(r) as record, array[${tests.join(", ")}]::boolean[] as passes
     from (select ${fields.join(", ")}) r`,
    values,
  );
  return rendered ?? { record: {}, passes: filters.map(() => false) };
}

/** The condition that finds a row by its key, with the values that it needs. */
export function keyCondition(table: Table, row: Row): { text: string; values: (string | null)[] } {
  const keys = table.columns.filter((column) => column.isKey);
  return {
    text: keys.map(({ name, sqlType }, n) => `${quoteName(name)} = $${n + 1}::text::${sqlType}`).join(
      " and ",
    ),
    values: keys.map(({ name }) => row[name] ?? null),
  };
}

/** A name as SQL takes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
