import process from "node:process";
import { runCli } from "../../../cli/program.ts";

let last: Promise<unknown> = Promise.resolve();

/**
 * Calls the command line of this checkout in this process: a start of Deno costs more than most calls. `cli/main.ts` adds to it
 * what concerns a process, which `tests/integration/cli/`, `tests/integration/doctor/` and copies of the checkout start.
 */
export function callCli(args: readonly string[]): Promise<{ code: number; text: string }> {
  // One at a time, because they share the console.
  const call = last.then(() => capture(args));
  last = call.catch(() => {});
  return call;
}

async function capture(args: readonly string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const write = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  const line = (message: unknown = "") => void write(`${message}\n`);
  const { log, error } = console;
  const stdout = process.stdout.write;
  Object.assign(console, { log: line, error: line });
  process.stdout.write = write;
  try {
    return { code: await runCli(args, { writeOut: write, writeErr: write }), text };
  } finally {
    Object.assign(console, { log, error });
    process.stdout.write = stdout;
  }
}
