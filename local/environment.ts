/** Where the platform's parts come from, as the environment says. */
export type Environment =
  /** Nothing is given: an embedded Postgres with stand-ins, lite, the function as a process. */
  | { readonly kind: "embedded" }
  /** An external Postgres with the real extensions; API and function still run here. */
  | { readonly kind: "external_database"; readonly dbUrl: string; readonly host: string }
  /** A full Supabase stack: only the external system is played here. */
  | {
    readonly kind: "full_stack";
    readonly dbUrl: string;
    readonly apiUrl: string;
    readonly publishableKey: string;
    readonly secretKey: string;
    /** The functions' address as the stack's own Postgres reaches it. */
    readonly functionsUrl: string;
  };

/**
 * Reads SUPABASE_DB_URL (on this machine, unless SYNC_ALLOW_REMOTE_DATABASE is 1), SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY.
 * SYNC_LOCAL_HOST names this machine as the external Postgres reaches it (`host.docker.internal` for one in a
 * container; 127.0.0.1 by default); SYNC_FUNCTIONS_URL does so for the functions of a full stack
 * (`http://kong:8000/functions/v1` in `supabase start`).
 */
export function readEnvironment(get: (name: string) => string | undefined = Deno.env.get): Environment {
  const value = (name: string): string | undefined => get(name) || undefined;
  const dbUrl = value("SUPABASE_DB_URL");
  const apiUrl = value("SUPABASE_URL");
  if (dbUrl === undefined) {
    if (apiUrl === undefined) return { kind: "embedded" };
    throw new Error("SUPABASE_URL is set without SUPABASE_DB_URL: set both, or neither.");
  }
  if (!URL.canParse(dbUrl)) throw new Error("SUPABASE_DB_URL is not a URL.");
  if (!isLoopback(dbUrl) && value("SYNC_ALLOW_REMOTE_DATABASE") !== "1") {
    throw new Error(
      `SUPABASE_DB_URL names ${
        new URL(dbUrl).hostname
      }: migrations, people with known passwords and test data would be ` +
        `written there. Unset it, or set SYNC_ALLOW_REMOTE_DATABASE=1 if that is a database for tests.`,
    );
  }
  if (apiUrl === undefined) {
    return { kind: "external_database", dbUrl, host: value("SYNC_LOCAL_HOST") ?? "127.0.0.1" };
  }
  const publishableKey = value("SUPABASE_PUBLISHABLE_KEY");
  const secretKey = value("SUPABASE_SECRET_KEY");
  if (publishableKey === undefined || secretKey === undefined) {
    throw new Error("SUPABASE_URL needs SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY beside it.");
  }
  const functionsUrl = value("SYNC_FUNCTIONS_URL") ?? `${apiUrl}/functions/v1`;
  return { kind: "full_stack", dbUrl, apiUrl, publishableKey, secretKey, functionsUrl };
}

/** Whether a database URL leads to this machine. */
export function isLoopback(dbUrl: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(dbUrl).hostname);
}
