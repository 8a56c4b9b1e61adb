import { CliError, EXIT } from "../errors.ts";

/**
 * Reads `SUPABASE_DB_URL`; throws a {@linkcode CliError} for what is no address of a Postgres.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseDatabaseUrl } from "./database_url.ts";
 *
 * assert.equal(parseDatabaseUrl("postgresql://postgres:hidden@db.example/postgres").hostname, "db.example");
 * assert.throws(() => parseDatabaseUrl("db.example"), /of the form postgresql:/);
 * ```
 */
export function parseDatabaseUrl(url: string): URL {
  if (/^postgres(ql)?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) return new URL(url);
  throw new CliError(
    "SUPABASE_DB_URL is not a URL of the form postgresql://user:password@host:port/database; " +
      "characters such as @ or # in a password are written as %40 or %23.",
    EXIT.unreachable,
  );
}
