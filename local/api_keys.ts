import type { Environment } from "./environment.ts";

/** What clients and the function authenticate themselves with. */
export interface ApiKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Signs the sessions' tokens; "" where a full stack keeps it to itself. */
  readonly jwtSecret: string;
}

/** New keys for an API that runs here, or those of the stack that the environment names. */
export function apiKeys(environment: Environment): ApiKeys {
  if (environment.kind === "full_stack") {
    const { publishableKey, secretKey } = environment;
    return { publishableKey, secretKey, jwtSecret: Deno.env.get("SUPABASE_JWT_SECRET") ?? "" };
  }
  return {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    jwtSecret: random() + random(),
  };
}

function random(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}
