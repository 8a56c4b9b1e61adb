import postgres from "postgres";

/** The one connection of a background worker, which outlives crashes of its server. */
export interface WorkerConnection {
  readonly sql: postgres.Sql;
  /**
   * Gives up the connection and opens another at the next query. After a crash a query on the driver's old pool may
   * never settle, so a worker calls this after every error.
   */
  replace(): void;
  end(): Promise<void>;
}

/** Opens lazily, under the name that pg_stat_activity shows. */
export function openWorkerConnection(
  dbUrl: string,
  { name, max = 1 }: { name: string; max?: number },
): WorkerConnection {
  const open = (): postgres.Sql =>
    postgres(dbUrl, { max, onnotice: () => {}, backoff: () => 0.1, connection: { application_name: name } });
  let sql = open();
  return {
    get sql() {
      return sql;
    },
    replace() {
      // Not awaited: it would wait for the very query that never settles.
      sql.end({ timeout: 0 }).catch(() => {});
      sql = open();
    },
    end: () => sql.end({ timeout: 1 }),
  };
}
