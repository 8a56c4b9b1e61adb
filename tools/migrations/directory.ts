import { join } from "node:path";
import { HEADER } from "../../cli/bundle/checkout.ts";
import { entryNames } from "../../cli/bundle/entry_names.ts";

/** File name to contents. */
export type Migrations = ReadonlyMap<string, string>;

/** How a directory of migrations differs from what its schemas compose to; each list holds file names. */
export interface MigrationDrift {
  /** Composed, but not in the directory. */
  readonly missing: readonly string[];
  /** In the directory with other contents. */
  readonly stale: readonly string[];
  /** In the directory, but not composed. */
  readonly extra: readonly string[];
}

/**
 * Compares the composed migrations with what a directory holds.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { migrationDrift } from "./directory.ts";
 *
 * const directory = await Deno.makeTempDir();
 * const drift = await migrationDrift(new Map([["20261123000000_tables.sql", "select 1;\n"]]), directory);
 * assert.deepEqual(drift, { missing: ["20261123000000_tables.sql"], stale: [], extra: [] });
 * await Deno.remove(directory);
 * ```
 */
export async function migrationDrift(composed: Migrations, directory: string): Promise<MigrationDrift> {
  const present = await entryNames(directory);
  const stale: string[] = [];
  for (const name of present) {
    const expected = composed.get(name);
    if (expected !== undefined && await Deno.readTextFile(join(directory, name)) !== expected) {
      stale.push(name);
    }
  }
  return {
    missing: [...composed.keys()].filter((name) => !present.includes(name)),
    stale,
    extra: present.filter((name) => !composed.has(name)),
  };
}

/**
 * Makes a directory hold exactly the composed migrations. A file that this tool did not write is never deleted: it is
 * an error, because it may be work in the wrong place.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { migrationDrift, writeMigrations } from "./directory.ts";
 *
 * const directory = await Deno.makeTempDir();
 * const composed = new Map([["20261123000000_tables.sql", "select 1;\n"]]);
 * await writeMigrations(composed, directory);
 * assert.deepEqual(await migrationDrift(composed, directory), { missing: [], stale: [], extra: [] });
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeMigrations(composed: Migrations, directory: string): Promise<MigrationDrift> {
  await Deno.mkdir(directory, { recursive: true });
  const drift = await migrationDrift(composed, directory);
  for (const name of drift.extra) {
    if (!(await Deno.readTextFile(join(directory, name))).startsWith(HEADER)) {
      throw new Error(`${name} was not generated; its SQL belongs in supabase/schemas/`);
    }
  }
  for (const name of drift.extra) await Deno.remove(join(directory, name));
  for (const name of [...drift.missing, ...drift.stale]) {
    await Deno.writeTextFile(join(directory, name), composed.get(name) ?? "");
  }
  return drift;
}
