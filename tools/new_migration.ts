/**
 * `deno task migration:new NAME`: opens the change that becomes the next release's migration.
 *
 * @module
 */
import { relative } from "node:path";
import { readCommandLine, refuseCall, runTask } from "../local/command_line.ts";
import { checkoutAt } from "../cli/bundle/checkout.ts";
import { openChange } from "./migrations/freeze.ts";
import { writeJsrVersion } from "./package/jsr_version.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task migration:new NAME

Writes supabase/changes/VERSION_NAME.sql for what has to be done by hand (alter table, ...). Then edit
supabase/schemas/ as always: \`deno task db:compose\` puts every changed function, view and comment behind it.`;

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) refuseCall("Give one name.", USAGE);
  const path = await openChange(checkoutAt(root), name, new Date());
  await writeJsrVersion(root);
  console.log(`wrote ${relative(root, path)}`);
}

if (import.meta.main) await runTask(main);
