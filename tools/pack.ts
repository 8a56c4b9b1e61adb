/**
 * `deno task pack`: the client library and the command line as an npm package.
 *
 * @module
 */
import { join, relative } from "node:path";
import { explain, readCommandLine, refuseCall, runTask } from "../local/command_line.ts";
import { packPackage } from "./package/build.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task pack [DIRECTORY]

Writes the npm package (the command line, the bundle, the client with its types) as sync-scheduler-VERSION.tgz into
DIRECTORY (dist). In a project: npm install --save-dev CHECKOUT/dist/sync-scheduler-VERSION.tgz; an app that uses the
client needs @supabase/supabase-js as well.`;

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  if (positionals.length > 1) refuseCall("Give one directory.", USAGE);
  const directory = positionals[0] ?? join(root, "dist");
  await requireWritable(directory);
  console.log(relative(Deno.cwd(), await packPackage(directory)));
}

/** Refuses before anything is built a directory, such as that of a read-only checkout, that cannot be written. */
async function requireWritable(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: directory }));
  } catch (error) {
    throw new Error(
      `${directory} cannot be written: ${
        explain(error)
      }.\nGive a directory that can: deno task pack DIRECTORY`,
    );
  }
}

if (import.meta.main) await runTask(main);
