import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The version of the bundle, as `sync_scheduler.version()` returns it.
 *
 * @param root A checkout, or the npm package.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { root } from "../root.ts";
 * import { readVersion } from "./version.ts";
 *
 * assert.match(readVersion(root), /^\d+\.\d+\.\d+/);
 * ```
 */
export function readVersion(root: string): string {
  const sql = readFileSync(join(root, "supabase", "schemas", "90_install", "version.sql"), "utf8");
  const version = /select '([^']+)'::text/.exec(sql)?.[1];
  if (version === undefined) throw new Error("90_install/version.sql names no version");
  return version;
}
