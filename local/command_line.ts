import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { isShuttingDown } from "./lifecycle/shutdown.ts";

/** The least Deno that runs the demo and the local platform; the README names it. */
export const LEAST_DENO = "2.5.0";
/** The least Deno for the tests: on older ones `deno test` takes another selection of files. */
export const LEAST_DENO_OF_TESTS = "2.9.0";

/** Ends the task when this Deno is older than it needs, and says what to run. */
export function requireDeno(least: string, found: string = Deno.version.deno): void {
  if (!isOlder(found, least)) return;
  console.error(
    `This is Deno ${found}, and ${least} is needed: run deno upgrade, or use npx --yes deno@latest task.`,
  );
  Deno.exit(2);
}

/** Ends a task that may read the variable when TMPDIR names no folder: nothing could be made there. */
export function requireTemporaryFolder(): void {
  const variable = { name: "env", variable: "TMPDIR" } as const;
  if (Deno.permissions.querySync(variable).state !== "granted") return;
  const path = Deno.env.get("TMPDIR");
  if (path === undefined || path === "" || existsSync(path)) return;
  console.error(`TMPDIR ${path} does not exist: make it, or unset the variable.`);
  Deno.exit(2);
}

/** Whether a version is older than another; what follows a dash does not count. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split("-")[0]?.split(".").map(Number) ?? [];
  const [these, those] = [numbers(version), numbers(than)];
  const at = those.findIndex((number, index) => number !== (these[index] ?? 0));
  return at >= 0 && (these[at] ?? 0) < (those[at] ?? 0);
}

/** What was given to a task. */
export interface CommandLine<Name extends string> {
  readonly switches: ReadonlySet<Name>;
  /** Whatever is no switch, in order. */
  readonly positionals: readonly string[];
}

/**
 * Reads the command line of a task that takes names as well as switches. For `--help` it prints the help and ends. It
 * refuses an unknown switch (exit code 2), so that a misspelt switch is never taken for its default.
 *
 * @param usage What `--help` prints.
 * @param names The switches that the task knows, besides `--help`.
 */
export function readCommandLine<Name extends string>(
  usage: string,
  names: readonly Name[] = [],
  args: readonly string[] = Deno.args,
): CommandLine<Name> {
  return parse(usage, names, args, true);
}

/** Reads the command line of a task that takes switches only, as {@link readCommandLine} does. */
export function readSwitches<Name extends string>(
  usage: string,
  names: readonly Name[] = [],
  args: readonly string[] = Deno.args,
): ReadonlySet<Name> {
  return parse(usage, names, args, false).switches;
}

/** Ends the task because it was called wrongly: says how, and how to call it. */
export function refuseCall(message: string, usage: string): never {
  console.error(`${message}\n\n${usage}`);
  Deno.exit(2);
}

function parse<Name extends string>(
  usage: string,
  names: readonly Name[],
  args: readonly string[],
  allowPositionals: boolean,
): CommandLine<Name> {
  requireDeno(LEAST_DENO);
  requireTemporaryFolder();
  // `deno task demo -- --x` hands the dashes on.
  const given = args[0] === "--" ? args.slice(1) : [...args];
  const switches = names.map((name) => [name, { type: "boolean" }] as const);
  const options = { ...Object.fromEntries(switches), help: { type: "boolean", short: "h" } } as const;
  try {
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals });
    if (values.help !== true) {
      return { switches: new Set(names.filter((name) => Reflect.get(values, name) === true)), positionals };
    }
  } catch (error) {
    refuseCall(error instanceof Error ? error.message : String(error), usage);
  }
  console.log(usage);
  Deno.exit(0);
}

/** Runs a task. What it throws, such as a file that cannot be written, is printed without a stack; the exit code is 1. */
export async function runTask(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    // A signal ends what is under way with errors; the clean-up that it started ends the process.
    if (isShuttingDown()) return;
    console.error(explain(error));
    Deno.exit(1);
  }
}

/** The messages of an error and of what caused it, one a line: for people who do not want a stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors.map(explain) : [];
  if (error.cause !== undefined) parts.push(explain(error.cause));
  return [error.message || error.name, ...parts].join("\n  caused by: ");
}
