#!/usr/bin/env node
/**
 * `sync-scheduler`: the command line.
 *
 * @module
 */
import process from "node:process";
import { errorCode } from "./error_code.ts";
import { runCli } from "./program.ts";

// A reader that has seen enough (`| head`) closes the pipe.
process.stdout.on("error", (error) => {
  if (errorCode(error) !== "EPIPE") throw error;
  process.exit(0);
});

const [command, dashes, ...rest] = process.argv.slice(2);
// `deno task install -- --dry-run` passes the dashes on.
process.exitCode = await runCli([command, dashes === "--" ? undefined : dashes, ...rest].filter(isGiven));

function isGiven(arg: string | undefined): arg is string {
  return arg !== undefined;
}
