const PATH = "functions/v1/integration-sync";

/**
 * Where the project's function should be, as far as its other addresses tell: a hosted project's name stands in the
 * host of its database (`db.<ref>.supabase.co`) or, with a pooler, in the user (`postgres.<ref>`).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { suggestFunctionUrl } from "./suggest_function_url.ts";
 *
 * const pooled = "postgresql://postgres.abcdefghij:secret@aws-0-eu-north-1.pooler.supabase.com:5432/postgres";
 * assert.equal(suggestFunctionUrl(pooled), "https://abcdefghij.supabase.co/functions/v1/integration-sync");
 * ```
 */
export function suggestFunctionUrl(databaseUrl: string, apiUrl?: string): string {
  if (apiUrl !== undefined && apiUrl !== "") return `${apiUrl.replace(/\/+$/, "")}/${PATH}`;
  const { hostname, username } = new URL(databaseUrl);
  const ref = /^db\.([a-z0-9]+)\.supabase\.co$/.exec(hostname)?.[1] ??
    (hostname.endsWith(".pooler.supabase.com") ? /^[^.]+\.([a-z0-9]+)$/.exec(username)?.[1] : undefined);
  return `https://${ref ?? "<project ref>"}.supabase.co/${PATH}`;
}
