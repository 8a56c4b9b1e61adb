/**
 * `deno task install` and `deno task uninstall`: runs a command of the CLI that may read and write the given project, read this
 * checkout, and nothing else.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const [command = "", ...args] = Deno.args;
const { workdir = "." } = parseArgs({
  args: args[0] === "--" ? args.slice(1) : args,
  options: { workdir: { type: "string" } },
  // The CLI says what is wrong with the others.
  strict: false,
}).values;
const project = typeof workdir === "string" ? workdir : ".";
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["run", "--quiet", "--no-prompt", "--frozen", `--config=${root}deno.json`],
    `--allow-read=${escape(root)},${escape(project)}`,
    `--allow-write=${escape(project)}`,
    "--allow-env=NO_COLOR,FORCE_COLOR,CLICOLOR_FORCE,SYNC_SCHEDULER_DEBUG,GRACEFUL_FS_PLATFORM,TEST_GRACEFUL_FS_GLOBAL_PATCH,NODE_DEBUG",
    ...[`${root}cli/main.ts`, command, ...args],
  ],
}).spawn().status;
Deno.exit(code);

/** A comma would begin another folder. */
function escape(path: string): string {
  return path.replaceAll(",", ",,");
}
