import { root } from "../../../tools/run_deno.ts";
import { PASSWORD } from "../../support/people.ts";
import type { PlatformDescription } from "../../support/platform.ts";

/** What the command line printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How it is called. */
export interface Call {
  readonly env?: Readonly<Record<string, string>>;
  /** What comes in on standard input; nothing by default. */
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs the command line of this checkout, with no variable of the person who runs the tests. */
export function runCli(args: readonly string[], call: Call = {}): Promise<Outcome> {
  return startCli(args, call).outcome;
}

/** Starts it as {@linkcode runCli} does, so that it can be interrupted as by Ctrl-C. */
export function startCli(
  args: readonly string[],
  { env = {}, stdin, cwd = root }: Call = {},
): { outcome: Promise<Outcome>; interrupt: () => void } {
  const kept = ["PATH", "HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `--config=${root}/deno.json`, `${root}/cli/main.ts`, ...args],
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const finish = async (): Promise<Outcome> => {
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  return { outcome: finish(), interrupt: () => child.kill("SIGINT") };
}

/** The environment in which the backend calls. */
export function asBackend(platform: PlatformDescription): Record<string, string> {
  return { SUPABASE_URL: platform.apiUrl, SUPABASE_SECRET_KEY: platform.secretKey };
}

/** The environment in which a person calls, who is named by `--email`. */
export function asPerson(platform: PlatformDescription, password: string = PASSWORD): Record<string, string> {
  return {
    SUPABASE_URL: platform.apiUrl,
    SUPABASE_PUBLISHABLE_KEY: platform.publishableKey,
    SYNC_SCHEDULER_PASSWORD: password,
  };
}
