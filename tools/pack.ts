/**
 * `deno task pack`: the client library and the command line as an npm package.
 *
 * @module
 */
import { join, relative } from "node:path";
import { readCommandLine, refuseCall } from "../local/command_line.ts";
import { packPackage } from "./package/build.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task pack [DIRECTORY]

Writes the npm package (the command line, the bundle, the client with its types) as sync-scheduler-VERSION.tgz into
DIRECTORY (dist). In a project: npm install --save-dev CHECKOUT/dist/sync-scheduler-VERSION.tgz; an app that uses the
client needs @supabase/supabase-js as well.`;

if (import.meta.main) {
  const { positionals } = readCommandLine(USAGE);
  if (positionals.length > 1) refuseCall("Give one directory.", USAGE);
  const directory = positionals[0] ?? join(root, "dist");
  await requireWritable(directory);
  console.log(relative(Deno.cwd(), await packPackage(directory)));
}

/** Ends the task before anything is built when the directory, such as that of a read-only checkout, cannot be written. */
async function requireWritable(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: directory }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(
      `${directory} cannot be written: ${why}.\nGive a directory that can: deno task pack DIRECTORY`,
    );
    Deno.exit(1);
  }
}
