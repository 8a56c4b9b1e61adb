import type { JSONValue, Sql } from "postgres";

/** What an organisation is connected to. */
export interface Connection {
  readonly orgId: string;
  readonly type: string;
  readonly config: unknown;
  readonly credentials: unknown;
}

/**
 * Connects an organisation and stores the credentials for that address, without the connection check that
 * `set_integration_credentials` starts. Returns the integration's id.
 *
 * @param sql A connection as the owner of the bundle.
 */
export async function connectIntegration(
  sql: Sql,
  { orgId, type, config, credentials }: Connection,
): Promise<string> {
  // Else a changed address raises an alert that credentials are needed, although they follow.
  await sql`
    delete from sync_scheduler.integration_credentials c using public.sync_integrations i
    where i.id = c.integration_id and i.org_id = ${orgId} and i.integration_type = ${type}`;
  const [row] = await sql<{ id: string }[]>`
    select i.id, sync_scheduler.store_credentials(i, ${sql.json(credentials as JSONValue)})
    from public.connect_integration(${orgId}, ${type}, ${sql.json(config as JSONValue)}) i`;
  if (row === undefined) throw new Error(`${type} was not connected`);
  return row.id;
}
