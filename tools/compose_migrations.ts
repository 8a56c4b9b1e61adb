/**
 * `deno task db:compose`: writes `supabase/migrations/` from `supabase/schemas/`: one migration a folder until the
 * first release, after it the one that is open.
 *
 * @module
 */
import { join } from "node:path";
import { readSwitches, runTask } from "../local/command_line.ts";
import { checkoutAt } from "../cli/bundle/checkout.ts";
import { composeMigrations } from "./migrations/compose.ts";
import { migrationDrift, writeMigrations } from "./migrations/directory.ts";
import { writeExportedFields } from "./migrations/exported_fields.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task db:compose [--check]

  --check  change nothing; exit 1 when migrations are not fresh, or a released one has changed`;

async function main(): Promise<void> {
  const check = readSwitches(USAGE, ["check"]).has("check");
  const checkout = checkoutAt(root);
  const isStale = await writeExportedFields(join(checkout.supabase, "schemas"), { check });
  const composed = await composeMigrations(checkout);
  if (composed.size === 0) throw new Error("no SQL found in supabase/schemas");

  const directory = join(checkout.supabase, "migrations");
  const drift = check
    ? await migrationDrift(composed, directory)
    : await writeMigrations(composed, directory);
  const changes = Object.entries(drift).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.map((name) => `${kind.padEnd(8)}supabase/migrations/${name}`)
  );
  if (check && isStale) changes.push("stale   supabase/schemas/30_functions/entries/exported_fields.sql");
  if (!check) {
    console.log(`${composed.size} migrations, ${changes.length} changed`);
  } else if (changes.length > 0) {
    console.error(`${changes.join("\n")}\nRun \`deno task db:compose\`.`);
    Deno.exitCode = 1;
  }
}

if (import.meta.main) await runTask(main);
