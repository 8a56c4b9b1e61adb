import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { CliError, EXIT } from "./errors.ts";

/** Where questions are asked and answered; that of the process, but in tests. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Asks for something that is not shown. Without a terminal it refuses.
 *
 * @param otherwise The way without a terminal.
 */
export async function askSecret(message: string, otherwise: string, terminal?: Terminal): Promise<string> {
  if (terminal === undefined && !isInteractive()) throw new CliError(otherwise, EXIT.usage);
  const { password } = await prompts();
  return await answer(
    password({ ...terminal, message, validate: (text) => text ? undefined : "Type it, or press Ctrl-C." }),
  );
}

/** The library, loaded where it is used: it needs a newer Node than the rest. */
export async function prompts(): Promise<typeof import("@clack/prompts")> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || major === 20 && minor < 12) {
    throw new CliError(
      `Questions need Node 20.12 or later; this is ${process.versions.node}. Use flags instead (--help).`,
      EXIT.usage,
    );
  }
  return await import("@clack/prompts");
}

/** The answer to a question. Ctrl-C ends the command, before anything was changed. */
export async function answer<T>(asked: Promise<T>): Promise<Exclude<T, symbol>> {
  const given = await asked;
  if (typeof given === "symbol") throw new CliError("Cancelled: nothing was changed.", EXIT.interrupted);
  return given as Exclude<T, symbol>;
}
