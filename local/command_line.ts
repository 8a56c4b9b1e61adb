import { parseArgs } from "node:util";

/**
 * The switches of a task, besides `--help`: prints the help and ends, or refuses what it does not know (exit code 2),
 * so that a misspelt option is never taken for its default.
 *
 * @param usage What `--help` prints.
 * @param names The switches that the task knows.
 * @returns The switches that were given.
 */
export function readSwitches<Name extends string>(
  usage: string,
  names: readonly Name[] = [],
  args: readonly string[] = Deno.args,
): ReadonlySet<Name> {
  // `deno task demo -- --x` hands the dashes on.
  const given = args[0] === "--" ? args.slice(1) : [...args];
  const switches = names.map((name) => [name, { type: "boolean" }] as const);
  const options = { ...Object.fromEntries(switches), help: { type: "boolean", short: "h" } } as const;
  try {
    const { values } = parseArgs({ args: given, options });
    if (values.help !== true) return new Set(names.filter((name) => Reflect.get(values, name) === true));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    Deno.exit(2);
  }
  console.log(usage);
  Deno.exit(0);
}

/** The messages of an error and of what caused it, one a line: for people who do not want a stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors.map(explain) : [];
  if (error.cause !== undefined) parts.push(explain(error.cause));
  return [error.message || error.name, ...parts].join("\n  caused by: ");
}
