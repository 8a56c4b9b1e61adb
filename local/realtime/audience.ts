import type postgres from "postgres";
import type { Condition } from "./filters.ts";
import { describeTable, keyCondition, quoteName, renderRow, type Table } from "./table.ts";
import type { Claims } from "./token.ts";
import type { Change, Row } from "./wal.ts";

/** What one entry of a channel's `postgres_changes` asks for. */
export interface Subscription {
  readonly event: "*" | Change["type"];
  readonly schema: string;
  /** A name, or `*`. */
  readonly table: string;
  readonly conditions: readonly Condition[];
  /** Who asks, as the channel's token says now. */
  readonly claims: () => Claims;
}

/** What one subscription learns about a change. */
export interface Delivery<S extends Subscription> {
  readonly subscription: S;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Finds out who learns of a change, and what. Postgres itself is asked, as each subscriber: the row is read by its key
 * under the subscriber's role and claims. So what counts is whether they may see it now, not as it was then.
 *
 * @param admin Reads the catalog.
 * @param authenticator May become the role of any token, and nothing else.
 */
export async function findAudience<S extends Subscription>(
  admin: postgres.Sql,
  authenticator: postgres.Sql,
  publication: string,
  change: Change,
  subscriptions: readonly S[],
): Promise<Delivery<S>[]> {
  const interested = subscriptions.filter(({ event, schema, table }) =>
    schema === change.schema && (table === "*" || table === change.table) &&
    (event === "*" || event === change.type)
  );
  const groups = Map.groupBy(interested, ({ claims }) => JSON.stringify(claims().all));
  const deliveries: Delivery<S>[] = [];
  for (const group of groups.values()) {
    const claims = group[0]?.claims();
    if (claims === undefined) continue;
    const table = await describeTable(admin, publication, { ...change, role: claims.role });
    if (table === null) continue;
    const header = headerOf(change);
    const row = change.record ?? change.oldRecord ?? {};
    if (change.type !== "DELETE" && !table.columns.every((column) => column.readable || !column.isKey)) {
      const data = { ...header, errors: ["Error 401: Unauthorized"] };
      deliveries.push(...group.map((subscription) => ({ subscription, data })));
      continue;
    }
    if (change.type !== "DELETE" && !await isVisible(authenticator, table, row, claims)) continue;
    const { record, passes } = await renderRow(admin, table, row, group.map((one) => one.conditions));
    const data = { ...header, ...await rows(admin, table, change, record), errors: null };
    for (const [n, subscription] of group.entries()) {
      // As the real one: a filter cannot be applied to what is gone.
      if (passes[n] === true || change.type === "DELETE") deliveries.push({ subscription, data });
    }
  }
  return deliveries;
}

function headerOf({ schema, table, type, commitTimestamp }: Change): Record<string, unknown> {
  return { schema, table, type, commit_timestamp: commitTimestamp };
}

/** No policy can judge a row that is gone. So for a deleted row of a table with RLS, subscribers learn only the key. */
async function rows(
  admin: postgres.Sql,
  table: Table,
  change: Change,
  record: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const readable = table.columns.filter((column) => column.readable);
  const columns = readable.map(({ name, type }) => ({ name, type }));
  const pick = (from: Record<string, unknown>, only: (name: string) => boolean = () => true) =>
    Object.fromEntries(
      readable.filter(({ name }) => name in from && only(name)).map(({ name }) => [name, from[name]]),
    );
  if (change.type === "INSERT") return { columns, record: pick(record) };
  const isKey = (name: string) => readable.some((column) => column.name === name && column.isKey);
  if (change.type === "DELETE") {
    return { columns, old_record: pick(record, table.hasRls ? isKey : undefined) };
  }
  const old = await renderRow(admin, table, change.oldRecord ?? {}, []);
  return { columns, record: pick(record), old_record: pick(old.record) };
}

async function isVisible(
  authenticator: postgres.Sql,
  table: Table,
  row: Row,
  claims: Claims,
): Promise<boolean> {
  if (!table.hasRls) return true;
  const key = keyCondition(table, row);
  if (key.values.length === 0) return false;
  return await authenticator.begin(async (tx) => {
    await tx`select set_config('role', ${claims.role}, true),
      set_config('request.jwt.claims', ${JSON.stringify(claims.all)}, true)`;
    const found = await tx.unsafe(
      `select from ${quoteName(table.schema)}.${quoteName(table.name)} where ${key.text}`,
      key.values,
    );
    return found.length > 0;
  });
}
