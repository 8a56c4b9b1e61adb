import { join } from "node:path";
import { type Checkout, HEADER } from "../../cli/bundle/checkout.ts";
import { readReleases } from "../../cli/bundle/releases.ts";
import { readSchemaFiles, type SchemaFile, sectionOf } from "../../cli/bundle/schema_files.ts";
import { composeChange, readChange } from "./change.ts";
import type { Migrations } from "./directory.ts";
import { readFrozen } from "./frozen.ts";
import { requireResolved } from "./resolved.ts";

// Ours alone: the minute is the folder's place, so 60 folders fit before the hour would have to count.
const VERSION_PREFIX = "2026112300";
const MAX_FOLDERS = 60;

/**
 * All migrations of a checkout. Before the first release: the baseline. After it: the released ones as they were
 * frozen, and the open change, if there is one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeMigrations } from "./compose.ts";
 *
 * const supabase = await Deno.makeTempDir();
 * await Deno.mkdir(`${supabase}/schemas/10_tables`, { recursive: true });
 * await Deno.writeTextFile(`${supabase}/schemas/10_tables/entries.sql`, "create table entries ();\n");
 *
 * const migrations = await composeMigrations({ supabase, releases: `${supabase}/none` });
 * assert.deepEqual([...migrations.keys()], ["20261123000000_tables.sql"]);
 * await Deno.remove(supabase, { recursive: true });
 * ```
 */
export async function composeMigrations(checkout: Checkout): Promise<Migrations> {
  const files = await readSchemaFiles(join(checkout.supabase, "schemas"));
  requireResolved(files);
  const releases = await readReleases(checkout.releases);
  const change = await readChange(join(checkout.supabase, "changes"));
  const newest = releases.at(-1);
  if (newest === undefined) {
    if (change !== null) throw new Error(`changes/${change.name}: before the first release there are none`);
    return composeBaseline(files);
  }
  const frozen = await readFrozen(releases, join(checkout.supabase, "migrations"));
  const open = composeChange(files, newest, change);
  const last = [...frozen.keys()].sort().at(-1) ?? "";
  for (const name of open.keys()) {
    if (name <= last) throw new Error(`changes/${name} sorts before the released ${last}`);
  }
  return new Map([...frozen, ...open]);
}

/**
 * One migration a folder: its files, verbatim, in load order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeBaseline } from "./compose.ts";
 *
 * const file = { path: "10_tables/t.sql", folder: "tables", sql: "create table t ();\n" };
 * assert.deepEqual([...composeBaseline([file]).keys()], ["20261123000000_tables.sql"]);
 * ```
 */
export function composeBaseline(files: readonly SchemaFile[]): Migrations {
  const folders = Map.groupBy(files, (file) => file.folder);
  if (folders.size > MAX_FOLDERS) throw new Error(`more than ${MAX_FOLDERS} schema folders`);
  return new Map([...folders].map(([folder, members], n) => [
    `${VERSION_PREFIX}${String(n).padStart(2, "0")}00_${folder}.sql`,
    HEADER + members.map(sectionOf).join(""),
  ]));
}
