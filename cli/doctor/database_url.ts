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
 * assert.throws(() => parseDatabaseUrl("postgresql://postgres:50%@db.example/postgres"), /written as %40, %23 or %25/);
 * ```
 */
export function parseDatabaseUrl(url: string): URL {
  if (URL.canParse(url)) {
    const parsed = new URL(url);
    // The driver decodes these three.
    const isDecodable = [parsed.username, parsed.password, parsed.hostname].every(canDecode);
    if (/^postgres(ql)?:$/.test(parsed.protocol) && isDecodable) return parsed;
  }
  throw new CliError(
    "SUPABASE_DB_URL is not a URL of the form postgresql://user:password@host:port/database; " +
      "characters such as @, # or % in a password are written as %40, %23 or %25.",
    EXIT.usage,
  );
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
