import * as z from "../core/zod.ts";
import { SyncError } from "../core/errors.ts";

/** Where the Data API is, and the headers that authenticate the function to it. */
export interface Environment {
  readonly restUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

const secretKeysSchema = z.record(z.string(), z.string().check(z.minLength(1)));

/**
 * Reads what the platform puts into every function's environment; throws `function_misconfigured`, which names
 * the variable but not its value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readEnvironment } from "./environment.ts";
 *
 * const variables: Record<string, string> = {
 *   SUPABASE_URL: "https://project.supabase.co",
 *   SUPABASE_SECRET_KEYS: '{"default":"sb_secret_example"}',
 * };
 * assert.deepEqual(readEnvironment((name) => variables[name]), {
 *   restUrl: "https://project.supabase.co/rest/v1",
 *   headers: { apikey: "sb_secret_example" },
 * });
 * ```
 */
export function readEnvironment(get: (name: string) => string | undefined): Environment {
  const url = get("SUPABASE_URL") ?? "";
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw new SyncError("function_misconfigured", "SUPABASE_URL is missing or not an http address.");
  }
  const key = secretKey(get("SUPABASE_SECRET_KEYS")) ?? get("SUPABASE_SERVICE_ROLE_KEY") ?? "";
  if (key === "") {
    const message = "Neither SUPABASE_SECRET_KEYS nor SUPABASE_SERVICE_ROLE_KEY holds a key.";
    throw new SyncError("function_misconfigured", message);
  }
  return { restUrl: `${url.replace(/\/+$/, "")}/rest/v1`, headers: keyHeaders(key) };
}

/** The key named `default`, else the first: a project may have renamed or removed it. */
function secretKey(json: string | undefined): string | undefined {
  if (json === undefined || json === "") return undefined;
  try {
    const keys = secretKeysSchema.parse(JSON.parse(json));
    return keys["default"] ?? Object.values(keys)[0];
  } catch {
    // Not ours to repair; the legacy key may still be there.
    return undefined;
  }
}

/** An `sb_secret_` key is no JWT and goes alone; a legacy key is one, and PostgREST takes its role from it. */
function keyHeaders(key: string): Readonly<Record<string, string>> {
  return key.startsWith("sb_") ? { apikey: key } : { apikey: key, authorization: `Bearer ${key}` };
}
