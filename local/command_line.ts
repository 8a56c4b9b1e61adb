import { parseArgs } from "node:util";

/**
 * For tasks that know no option but `--help`: prints the help and ends, or refuses what it does not know (exit
 * code 2), so that a misspelt option is never taken for its default.
 */
export function acceptOnlyHelp(usage: string, args: readonly string[] = Deno.args): void {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
    if (values.help !== true) return;
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
