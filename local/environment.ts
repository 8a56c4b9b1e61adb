import { parseDatabaseUrl } from "../cli/doctor/database_url.ts";

/** Where the platform's parts come from, as the environment says. */
export type Environment =
  /** Nothing is given: an embedded Postgres with stand-ins, lite, the function as a process. */
  | { readonly kind: "embedded" }
  /** An external Postgres with the real extensions; API and function still run here. */
  | External & { readonly kind: "external_database" }
  /**
   * A full Supabase stack. The function runs here all the same: in the stack's container it would not reach the
   * external system that is played on this machine's loopback.
   */
  | External & {
    readonly kind: "full_stack";
    readonly apiUrl: string;
    readonly publishableKey: string;
    readonly secretKey: string;
  };

interface External {
  readonly dbUrl: string;
  /** This machine as that Postgres reaches it. */
  readonly host: string;
}

/**
 * Reads SUPABASE_DB_URL (on this machine, unless SYNC_ALLOW_REMOTE_DATABASE is 1), SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY.
 * SYNC_LOCAL_HOST names this machine as that Postgres reaches it: `host.docker.internal` for one in a container, as in
 * `supabase start`; 127.0.0.1 by default. With a name that is not the loopback's, the function, and nothing else, is served on all of this machine's
 * addresses.
 */
export function readEnvironment(get: (name: string) => string | undefined = Deno.env.get): Environment {
  const value = (name: string): string | undefined => get(name) || undefined;
  const dbUrl = value("SUPABASE_DB_URL");
  const apiUrl = value("SUPABASE_URL");
  if (dbUrl === undefined) {
    if (apiUrl === undefined) return { kind: "embedded" };
    throw new Error("SUPABASE_URL is set without SUPABASE_DB_URL: set both, or neither.");
  }
  const { hostname } = parseDatabaseUrl(dbUrl);
  if (!isLoopback(hostname) && value("SYNC_ALLOW_REMOTE_DATABASE") !== "1") {
    throw new Error(
      `SUPABASE_DB_URL names ${hostname}: migrations, people with known passwords and test data would be ` +
        `written there. Unset it, or set SYNC_ALLOW_REMOTE_DATABASE=1 if that is a database for tests.`,
    );
  }
  const external: External = { dbUrl, host: value("SYNC_LOCAL_HOST") ?? "127.0.0.1" };
  if (apiUrl === undefined) return { kind: "external_database", ...external };
  const publishableKey = value("SUPABASE_PUBLISHABLE_KEY");
  const secretKey = value("SUPABASE_SECRET_KEY");
  if (publishableKey === undefined || secretKey === undefined) {
    throw new Error("SUPABASE_URL also needs SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY.");
  }
  return { kind: "full_stack", ...external, apiUrl, publishableKey, secretKey };
}

/**
 * Exempts this machine from a proxy that the environment names: a proxy elsewhere does not reach our ports. Call it before the
 * first request of the process; the processes that it starts inherit it.
 */
export function exemptLoopback(env: Pick<typeof Deno.env, "get" | "set"> = Deno.env): void {
  const given = env.get("NO_PROXY") || env.get("no_proxy");
  const list = [...given?.split(",") ?? [], "127.0.0.1", "localhost", "::1"];
  // Some read one spelling, some the other.
  for (const name of ["NO_PROXY", "no_proxy"]) env.set(name, [...new Set(list)].join(","));
}

/** Whether a host of a URL is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}
