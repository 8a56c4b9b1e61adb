import { join } from "node:path";
import type { Release } from "../../cli/bundle/releases.ts";
import { sha256 } from "../../cli/bundle/schema_files.ts";
import type { Migrations } from "./directory.ts";

/**
 * The migrations of releases as the directory has them. Throws when one is not what was released: hosts have applied
 * it, so a change is a further migration.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFrozen } from "./frozen.ts";
 *
 * assert.equal((await readFrozen([], "supabase/migrations")).size, 0);
 * ```
 */
export async function readFrozen(releases: readonly Release[], directory: string): Promise<Migrations> {
  const frozen = new Map<string, string>();
  for (const { release, migrations } of releases) {
    for (const [name, checksum] of Object.entries(migrations)) {
      const sql = await Deno.readTextFile(join(directory, name)).catch((error: unknown) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new Error(`migrations/${name} is gone; release ${release} has it, so it is frozen`);
      });
      if (sha256(sql) !== checksum) {
        throw new Error(`migrations/${name} has changed; release ${release} has it, so it is frozen`);
      }
      frozen.set(name, sql);
    }
  }
  return frozen;
}
