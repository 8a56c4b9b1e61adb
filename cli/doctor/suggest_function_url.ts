/** What is known of the stack that the doctor looks at. */
export interface Stack {
  /** How the doctor reaches the database. */
  readonly databaseUrl: string;
  /** The server's own address, `inet_server_addr()`; null over a socket. */
  readonly serverAddress: string | null;
  /** The project's API, from SUPABASE_URL. */
  readonly apiUrl?: string | undefined;
}

const PATH = "functions/v1/integration-sync";

/**
 * Where the function should be, as the database reaches it:
 *
 * - a hosted project: its name is in the host of its database (`db.<ref>.supabase.co`) or, with a pooler, in the user
 *   (`postgres.<ref>`);
 * - `supabase start`: this machine's port leads to a server with another address, in a container. From there the gateway
 *   is `kong:8000`, see `supabase/seed.sql`;
 * - a server on this machine reaches the API as everybody here does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { suggestFunctionUrl } from "./suggest_function_url.ts";
 *
 * const databaseUrl = "postgresql://postgres:postgres@127.0.0.1:54322/postgres";
 * const url = suggestFunctionUrl({ databaseUrl, serverAddress: "172.18.0.2" });
 * assert.equal(url, "http://kong:8000/functions/v1/integration-sync");
 * ```
 */
export function suggestFunctionUrl({ databaseUrl, serverAddress, apiUrl }: Stack): string {
  const { hostname, username } = new URL(databaseUrl);
  const isHere = isLoopback(hostname);
  if (isHere && serverAddress !== null && !isLoopback(serverAddress)) return `http://kong:8000/${PATH}`;
  if (apiUrl !== undefined && apiUrl !== "") return `${apiUrl.replace(/\/+$/, "")}/${PATH}`;
  if (isHere) return `http://127.0.0.1:<port of the API>/${PATH}`;
  const ref = /^db\.([a-z0-9]+)\.supabase\.co$/.exec(hostname)?.[1] ??
    (hostname.endsWith(".pooler.supabase.com") ? /^[^.]+\.([a-z0-9]+)$/.exec(username)?.[1] : undefined);
  return `https://${ref ?? "<project ref>"}.supabase.co/${PATH}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);
}
