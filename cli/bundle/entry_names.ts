import { readdir } from "node:fs/promises";
import { errorCode } from "../error_code.ts";

/**
 * Names in code-unit order, the same on every machine; hidden files (.gitkeep, .DS_Store) do not count. A folder that does
 * not exist has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { entryNames } from "./entry_names.ts";
 *
 * assert.deepEqual(await entryNames("/no/such/directory"), []);
 * ```
 */
export async function entryNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
