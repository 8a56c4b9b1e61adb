import postgres, { type Sql } from "postgres";

/** Connections that end with the block, closed by `await using`. */
export interface Connections extends AsyncDisposable {
  /** A pool; `sql.reserve()` or `sql.begin()` for what has to stay on one connection. */
  readonly sql: Sql;
}

/** Connects to a database; a server that has gone by the end is no failure. */
export function connect(url: string, max = 5): Connections {
  const sql = postgres(url, { max, onnotice: () => {} });
  // At once: by then every answer has been awaited, and a server that was killed would never give its own.
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }) };
}
