import { copyDirectory } from "./copy_directory.ts";
import { join } from "node:path";
import { isLoopback } from "./environment.ts";
import { supabaseBinary } from "./postgres/native_package.ts";

/** What a run of the CLI printed. */
export interface CliOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The real Supabase CLI, pointed at one database. */
export interface SupabaseCli {
  /** Runs any command as given; throws with the whole output when it fails. */
  run(args: readonly string[], env?: Record<string, string>): Promise<CliOutput>;
  /** Applies the migrations that are missing, and the seed if asked to. */
  push(options?: { seed?: boolean }): Promise<CliOutput>;
  /** TypeScript types of a schema. */
  genTypes(schemas?: readonly string[]): Promise<string>;
  /** Findings of the linter that the dashboard shows, as JSON text. */
  advisors(args?: readonly string[]): Promise<CliOutput>;
}

/**
 * The CLI for one database. Each call works on a fresh copy of `projectDirectory/supabase` below `scratch`: the CLI
 * writes `.temp` folders next to its input, and neither the checkout nor another platform may notice.
 */
export function createSupabaseCli(
  options: { projectDirectory: string; scratch: string; dbUrl: string },
): SupabaseCli {
  let calls = 0;
  // There the CLI would first try TLS and then warn.
  const onLoopback = isLoopback(new URL(options.dbUrl).hostname);

  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<CliOutput> {
    const binary = await supabaseBinary();
    const home = join(options.scratch, "cli", String(++calls));
    await copyDirectory(join(options.projectDirectory, "supabase"), join(home, "supabase"), {
      skip: (name) => name === ".temp" || name === ".branches",
    });
    const child = new Deno.Command(binary, {
      args: [...args],
      cwd: home,
      clearEnv: true,
      env: { ...environment(home), ...(onLoopback ? { PGSSLMODE: "disable" } : {}), ...env },
      // Without a terminal on stdin it cannot ask, and must not wait for an answer.
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await child.output().finally(() =>
      Deno.remove(home, { recursive: true })
    );
    const decoder = new TextDecoder();
    const output = { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    if (code !== 0) {
      throw new Error(
        `supabase ${args.join(" ")} failed (${code}):\n${output.stdout}${output.stderr}`.trimEnd(),
      );
    }
    return output;
  }

  const remote = `--remote=${options.dbUrl}`;
  return {
    run,
    push: ({ seed = false } = {}) =>
      run(["db", "push", remote, "--yes", ...(seed ? ["--include-seed"] : [])]),
    genTypes: async (schemas = ["public"]) =>
      (await run(["gen", "types", "typescript", remote, ...schemas.flatMap((s) => ["--schema", s])])).stdout,
    advisors: (args = []) => run(["db", "advisors", remote, ...args]),
  };
}

function environment(home: string): Record<string, string> {
  const kept = ["PATH", "LANG", "SSL_CERT_FILE"];
  const inherited = kept.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    // It unpacks a library there at every call and leaves it behind.
    TMPDIR: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    // Supabase's own switch and the common one: nothing that runs here reports to anybody.
    SUPABASE_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    SUPABASE_DISABLE_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    // The CLI runs in Bun. A call ends before the optimizing compiler of JavaScriptCore pays: without it a diff needs a
    // quarter less processor time.
    BUN_JSC_useDFGJIT: "0",
  };
}
