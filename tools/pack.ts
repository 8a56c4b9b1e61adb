/**
 * `deno task pack`: the client library as an npm package.
 *
 * @module
 */
import { join, relative } from "node:path";
import { readCommandLine, refuseCall } from "../local/command_line.ts";
import { packPackage } from "./package/build.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task pack [DIRECTORY]

Compiles src/client to an npm package (ESM, types) and writes sync-scheduler-VERSION.tgz into DIRECTORY (dist).
Install it with: npm install dist/sync-scheduler-VERSION.tgz @supabase/supabase-js`;

if (import.meta.main) {
  const { positionals } = readCommandLine(USAGE);
  if (positionals.length > 1) refuseCall("Give one directory.", USAGE);
  console.log(relative(Deno.cwd(), await packPackage(positionals[0] ?? join(root, "dist"))));
}
