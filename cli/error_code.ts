/**
 * The code of an error of Node or of a library, such as `ENOENT`; empty if it has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFile } from "node:fs/promises";
 * import { errorCode } from "./error_code.ts";
 *
 * await assert.rejects(readFile("/no/such/file"), (error) => errorCode(error) === "ENOENT");
 * ```
 */
export function errorCode(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : null;
  return typeof code === "string" ? code : "";
}
