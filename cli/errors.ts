/** What the exit code of a command says. */
export const EXIT = {
  done: 0,
  /** Refused, failed, or something is wrong: the message says what to do. */
  failed: 1,
  /** The command was called wrongly, or with a variable that is missing or malformed. */
  usage: 2,
  /** The database or the API cannot be reached, or does not accept the sign-in. */
  unreachable: 3,
  /** The person pressed Ctrl-C: a question was cancelled, or `trigger --wait` no longer waits. */
  interrupted: 130,
} as const;

/**
 * An error that a person can act on: the message is all that is printed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { CliError, EXIT } from "./errors.ts";
 *
 * assert.equal(new CliError("There is no supabase folder.").exitCode, EXIT.failed);
 * ```
 */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The messages of an error and of what caused it, one a line. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors.map(explain) : [];
  if (error.cause !== undefined) parts.push(explain(error.cause));
  return [error.message || error.name, ...parts].join("\n  caused by: ");
}
