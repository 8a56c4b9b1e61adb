import { join } from "node:path";
import { onShutdown } from "../local/lifecycle/shutdown.ts";

/** The checkout's directory. */
export const root: string = join(import.meta.dirname ?? ".", "..");

/** For what has been started to be stopped. */
const LAST_MINUTE_MS = 60_000;

/** How {@link runDeno} runs its child. */
export interface RunDenoOptions {
  /** Let the output through instead of keeping it for the error message; false by default. */
  readonly show?: boolean;
  /** Where it runs; the checkout by default. */
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends a child that hangs; no limit by default. */
  readonly limitMinutes?: number;
}

/**
 * Runs this very Deno to its end. A failure throws with the whole output. When a signal ends this
 * process, the child is ended first, with time to stop what it has started.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { runDeno } from "./run_deno.ts";
 *
 * await runDeno(["eval", "console.log(1)"]);
 * await assert.rejects(runDeno(["eval", "console.log('why'); Deno.exit(3)"]), /why[^]*exit code 3/);
 * ```
 */
export async function runDeno(args: readonly string[], options: RunDenoOptions = {}): Promise<void> {
  const stdio = options.show === true ? "inherit" : "piped";
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd ?? root,
    env: { ...(Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" }), ...options.env },
    stdin: "null",
    stdout: stdio,
    stderr: stdio,
  }).spawn();
  const forget = onShutdown(async () => {
    kill(child, "SIGTERM");
    const deadline = setTimeout(() => kill(child, "SIGKILL"), 15_000);
    await child.status;
    clearTimeout(deadline);
  });
  const { limitMinutes } = options;
  let end: ReturnType<typeof setTimeout> | undefined;
  const limit = limitMinutes === undefined ? undefined : setTimeout(() => {
    console.error(`deno ${args[0]} hangs: ended after ${limitMinutes} minutes`);
    kill(child, "SIGTERM");
    // A test that has a platform takes the signal for the end of itself, and `deno test` goes on with the next.
    end = setTimeout(() => kill(child, "SIGKILL"), LAST_MINUTE_MS);
  }, limitMinutes * 60_000);
  try {
    const streams = options.show === true ? [] : [child.stdout, child.stderr];
    const output = (await Promise.all(streams.map((stream) => new Response(stream).text()))).join("");
    const { code } = await child.status;
    if (code !== 0) throw new Error(`${output.trimEnd()}\ndeno ${args.join(" ")}: exit code ${code}`.trim());
  } finally {
    clearTimeout(limit);
    clearTimeout(end);
    forget();
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // Ended a moment ago, which is what we want.
    if (!(error instanceof TypeError)) throw error;
  }
}
