import type { Sql } from "postgres";

/** Makes `host` that of webhooks, so that it can have an incident, until the test is over. */
export async function useTypeHost(sql: Sql, host: string): Promise<AsyncDisposable> {
  const set = (value: string | null) =>
    sql`update public.sync_integration_types set host = ${value} where code = 'webhook'`;
  await set(host);
  return { [Symbol.asyncDispose]: async () => void await set(null) };
}
