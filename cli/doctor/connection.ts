import postgres, { type Sql } from "postgres";
import { CliError, EXIT } from "../errors.ts";
import { parseDatabaseUrl } from "./database_url.ts";

/** Why there is no connection, in a sentence that may be shown: it never holds the password. */
export class NoConnection extends CliError {
  override readonly name = "NoConnection";

  constructor(message: string) {
    super(message, EXIT.unreachable);
  }
}

/**
 * Connects to the database of a project; throws {@linkcode NoConnection}. Fit for a pooler too: nothing is prepared,
 * and nothing outlives a transaction.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { connectTo } from "./connection.ts";
 *
 * await assert.rejects(connectTo("postgresql://postgres:hidden@127.0.0.1:1/postgres"), {
 *   name: "NoConnection",
 *   message: "Nothing listens at 127.0.0.1:1.",
 * });
 * ```
 */
export async function connectTo(url: string): Promise<Sql> {
  const target = parseDatabaseUrl(url);
  const sql = postgres(url, {
    max: 1,
    prepare: false,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: "sync_scheduler doctor" },
    // Over a network the password does not go in the clear where the server can do better.
    ...(target.searchParams.has("sslmode") || isLoopback(target) ? {} : { ssl: "prefer" }),
  });
  try {
    await sql`select 1`;
    return sql;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw new NoConnection(explainConnection(error, target));
  }
}

/**
 * Says what is wrong with a connection.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { explainConnection } from "./connection.ts";
 *
 * const url = new URL("postgresql://postgres:hidden@db.example:5432/postgres");
 * const error = Object.assign(new Error("password authentication failed"), { code: "28P01" });
 * assert.equal(explainConnection(error, url), "db.example:5432 does not accept this password of the user postgres.");
 * ```
 */
export function explainConnection(error: unknown, url: URL): string {
  const where = `${url.hostname}:${url.port || "5432"}`;
  const user = decodeURIComponent(url.username);
  const { code, message } = read(error);
  switch (code) {
    case "ECONNREFUSED":
      return `Nothing listens at ${where}.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "ENODATA":
      return `There is no host ${url.hostname}, or this machine cannot look it up.${hintAtPooler(url)}`;
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
      return `This machine has no way to ${where}.${hintAtPooler(url)}`;
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return `${where} did not answer within 10 s.${hintAtPooler(url)}`;
    case "CONNECTION_CLOSED":
    case "ECONNRESET":
      return `${where} hung up: it may be no Postgres, or it wants TLS (add ?sslmode=require).`;
    case "28P01":
      return `${where} does not accept this password of the user ${user}.`;
    case "28000":
      return `${where} does not let the user ${user} in: ${redact(message, url)}`;
    case "3D000":
      return `${where} has no database ${url.pathname.slice(1)}.`;
    case "53300":
      return `${where} has no connection left; try again, or use the pooler's address.`;
    case "57P03":
      return `The Postgres at ${where} is starting or stopping; try again.`;
    default:
      return `No connection to ${where}: ${redact(message, url)}`;
  }
}

function read(error: unknown): { code: string; message: string } {
  // One attempt for each address of the host: the first says enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] ?? error : error;
  const code: unknown = typeof first === "object" && first !== null ? Reflect.get(first, "code") : null;
  return {
    code: typeof code === "string" ? code : "",
    message: first instanceof Error ? first.message : String(first),
  };
}

/** A direct address is reached over IPv6 only; the pooler's has IPv4 as well. */
function hintAtPooler({ hostname }: URL): string {
  return /^db\.[a-z0-9]+\.supabase\.co$/.test(hostname)
    ? " The direct address of a hosted project needs IPv6: without it, take the session pooler's from the dashboard (Connect)."
    : "";
}

function redact(message: string, url: URL): string {
  const secrets = [url.password, decodeURIComponent(url.password)].filter((secret) => secret !== "");
  return secrets.reduce((text, secret) => text.replaceAll(secret, "…"), message);
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
