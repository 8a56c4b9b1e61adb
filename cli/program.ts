import {
  type Argument,
  Command,
  CommanderError,
  type OutputConfiguration,
} from "@commander-js/extra-typings";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { addConnect } from "./commands/connect.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addInit } from "./commands/init.ts";
import { addInstall } from "./commands/install.ts";
import { addStatus } from "./commands/status.ts";
import { addTrigger } from "./commands/trigger.ts";
import { addWhy } from "./commands/why.ts";
import { readVersion } from "./bundle/version.ts";
import { errorCode } from "./error_code.ts";
import { CliError, EXIT, explain } from "./errors.ts";
import { root } from "./root.ts";

/**
 * Runs the command line. Answers the exit code.
 *
 * @param args Without the names of the runtime and the script.
 * @param output Where it prints help and refusals.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { runCli } from "./program.ts";
 *
 * assert.equal(await runCli(["--help"]), 0);
 * assert.equal(await runCli(["instal"]), 2);
 * ```
 */
export async function runCli(args: readonly string[], output: OutputConfiguration = {}): Promise<number> {
  try {
    await createProgram(output).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // It has printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    const { message, exitCode } = describe(error);
    if (message !== "") console.error(stripVTControlCharacters(message));
    return exitCode;
  }
}

/** What is printed of an error: never a stack, unless a person looks for a fault. */
function describe(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CliError) return error;
  // By its name: the client is loaded by the commands that need it.
  if (error instanceof Error && error.name === "SyncSchedulerError") {
    const code = errorCode(error);
    const isUnreachable = UNREACHABLE.includes(code);
    return {
      message: `${error.message} (${code})${code in NEXT ? `\n${NEXT[code]}` : ""}`,
      exitCode: isUnreachable ? EXIT.unreachable : EXIT.failed,
    };
  }
  const where = process.env["SYNC_SCHEDULER_DEBUG"] ? `\n${error instanceof Error ? error.stack : ""}` : "";
  return {
    message:
      `This is a fault of sync-scheduler: ${
        explain(error)
      }\nPlease report it with the command that you typed; ` +
      `SYNC_SCHEDULER_DEBUG=1 prints where it happened.${where}`,
    exitCode: EXIT.failed,
  };
}

const EXIT_CODES = `
Exit codes:
  ${EXIT.done}    done
  ${EXIT.failed}    refused, failed, or something is wrong: the message says what to do
  ${EXIT.usage}    called wrongly, or with a variable that is missing or malformed
  ${EXIT.unreachable}    the database or the API cannot be reached, or does not accept the sign-in
  ${EXIT.interrupted}  interrupted: nothing was changed, or the run goes on

Examples:
  npx sync-scheduler init
  npx sync-scheduler help status`;

/** An argument as the list of commands shows it. */
function argumentTerm(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

/** Errors of the client that say nothing of what was asked. */
const UNREACHABLE = ["network_unreachable", "server_unavailable", "database_restarting", "not_authenticated"];

/** What a person at a terminal does next, where the message for everybody does not say it. */
const NEXT: Readonly<Record<string, string>> = {
  network_unreachable: "Check SUPABASE_URL.",
  not_authenticated: "Check the key in the environment: `sync-scheduler status --help` lists the variables.",
  invalid_idempotency_key: "Give --idempotency-key at most 200 characters, and not blanks alone.",
  not_authorized: "Check the id of the organisation, and the role of the person there.",
  unexpected_error: "Is the bundle installed in this project? `sync-scheduler doctor` says what is missing.",
};

/**
 * The program with all its commands.
 *
 * @param output Where it prints help and errors.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createProgram } from "./program.ts";
 *
 * assert.ok(createProgram().commands.some((command) => command.name() === "install"));
 * ```
 */
export function createProgram(output: OutputConfiguration = {}): Command {
  const program = new Command("sync-scheduler")
    .description("The Sync Scheduler for Supabase: install it, look after it, use it.")
    .version(readVersion(root))
    // Commands inherit what is set before they are added.
    .configureOutput(output)
    // Without "[options]", which every command has: the summaries have room in a terminal of 80 columns.
    .configureHelp({
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" "),
    })
    .exitOverride()
    .showHelpAfterError("(--help lists the options.)")
    .addHelpText("after", EXIT_CODES);
  addInit(program);
  addInstall(program);
  addDoctor(program);
  addStatus(program);
  addTrigger(program);
  addWhy(program);
  addConnect(program);
  return program;
}
