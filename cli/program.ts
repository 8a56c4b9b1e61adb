import { Command, CommanderError } from "@commander-js/extra-typings";
import { addDoctor } from "./commands/doctor.ts";
import { addInstall } from "./commands/install.ts";
import { CliError, EXIT } from "./errors.ts";

/**
 * Runs the command line. Answers the exit code.
 *
 * @param args Without the names of the runtime and the script.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { runCli } from "./program.ts";
 *
 * assert.equal(await runCli(["--help"]), 0);
 * assert.equal(await runCli(["instal"]), 2);
 * ```
 */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // It has printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    if (error.message !== "") console.error(error.message);
    return error.exitCode;
  }
}

/** The program with all its commands. */
function createProgram(): Command {
  const program = new Command("sync-scheduler")
    .description("The Sync Scheduler for Supabase: install it, look after it, use it.")
    // Commands inherit both.
    .exitOverride()
    .showHelpAfterError("(--help lists the options.)");
  addInstall(program);
  addDoctor(program);
  return program;
}
