/** `deno task bench`: benchmarks, each a ratio against a reference that is measured in turns with it. */
import { explain, readCommandLine, refuseCall } from "../local/command_line.ts";
import { isShuttingDown } from "../local/lifecycle/shutdown.ts";
import type { Benchmark, Findings, Result } from "./benchmark.ts";
import { benchmarks } from "./benchmarks/mod.ts";
import { compareRuns, type Measured, parseReport } from "./compare.ts";
import { formatTable, writeReport } from "./report.ts";
import { BenchServer } from "./server.ts";

const USAGE = `Usage: deno task bench [--quick] [--compare FILE] [--as RELEASE] [NAME ...]

Measures on a throw-away local server, prints a table on stdout and what it is doing on stderr, and writes
bench/results/<time>.json. Every number stands beside a reference of the same run: read the ratios, and their
spread (min, max) to see how quiet the machine was. The exit code does not depend on them.

  NAME     only benchmarks whose name contains it
  --quick  small sizes: whether everything works, not how fast it is
  --compare FILE
           prints the ratios next to those of an earlier run, such as bench/results/v0.1.0.json
  --as RELEASE
           writes bench/results/RELEASE.json, such as v0.1.0, which is committed: all benchmarks on a quiet machine

Benchmarks:
${benchmarks.map(({ name, description }) => `  ${name.padEnd(20)} ${description}`).join("\n")}`;

interface Choice {
  readonly chosen: readonly Benchmark[];
  readonly quick: boolean;
  /** What an earlier run measured. */
  readonly earlier?: readonly Measured[];
  /** The release whose results these are. */
  readonly release?: string;
}

async function readEarlier(file: string): Promise<readonly Measured[]> {
  try {
    return parseReport(await Deno.readTextFile(file));
  } catch (error) {
    return refuseCall(`${file} cannot be compared: ${explain(error)}`, USAGE);
  }
}

/** Takes an option and its value out of the arguments. */
function takeOption(args: string[], option: string, what: string): string | undefined {
  const at = args.indexOf(option);
  const [, value] = at < 0 ? [] : args.splice(at, 2);
  if (at >= 0 && value === undefined) refuseCall(`${option} needs ${what}.`, USAGE);
  return value;
}

async function choose(): Promise<Choice> {
  const args = [...Deno.args];
  const file = takeOption(args, "--compare", "a file");
  const release = takeOption(args, "--as", "a release");
  const { switches, positionals } = readCommandLine(USAGE, ["quick"], args);
  if (release !== undefined && !/^v\d+\.\d+\.\d+$/.test(release)) {
    refuseCall("--as needs a release such as v0.1.0.", USAGE);
  }
  if (release !== undefined && (switches.has("quick") || positionals.length > 0)) {
    refuseCall("The results of a release are those of all benchmarks, at full size.", USAGE);
  }
  const unknown = positionals.find((part) => !benchmarks.some(({ name }) => name.includes(part)));
  if (unknown !== undefined) refuseCall(`No benchmark is called ${unknown}.`, USAGE);
  if ((Deno.env.get("SUPABASE_DB_URL") ?? "") !== "") {
    refuseCall("The benchmarks run on a server of their own: unset SUPABASE_DB_URL.", USAGE);
  }
  const chosen = benchmarks.filter(({ name }) =>
    positionals.length === 0 || positionals.some((part) => name.includes(part))
  );
  return {
    chosen,
    quick: switches.has("quick"),
    ...(file === undefined ? {} : { earlier: await readEarlier(file) }),
    ...(release === undefined ? {} : { release }),
  };
}

async function main({ chosen, quick, earlier, release }: Choice): Promise<void> {
  const begin = performance.now();
  const log = (message: string): void =>
    console.error(`${((performance.now() - begin) / 1000).toFixed(1).padStart(7)} s  ${message}`);
  let server: Promise<BenchServer> | undefined;
  const results: Result[] = [];
  const notes: string[] = [];
  const failed: string[] = [];
  try {
    for (const benchmark of chosen) {
      const progress = (message: string): void => log(`${benchmark.name}: ${message}`);
      const startServer = (): Promise<BenchServer> => {
        progress("starting a server");
        return BenchServer.start();
      };
      progress("begin");
      let found: Findings;
      try {
        found = await benchmark.run({ quick, progress, server: () => server ??= startServer() });
      } catch (error) {
        if (isShuttingDown()) throw error;
        // What the others measure took minutes.
        failed.push(benchmark.name);
        progress(`failed: ${explain(error)}`);
        continue;
      }
      results.push(...found.results);
      notes.push(...found.notes ?? []);
      // At once, so that an interrupted run has not been for nothing.
      if (found.results.length > 0) console.log(`${formatTable(found.results)}\n`);
      for (const note of found.notes ?? []) console.log(note);
    }
  } finally {
    await (await server?.catch(() => undefined))?.stop();
  }
  if (earlier !== undefined) console.log(compareRuns(results, earlier).join("\n"));
  const directory = new URL("results/", import.meta.url);
  const name = failed.length === 0 ? release : undefined;
  console.error(`\nWritten to ${await writeReport({ quick, results, notes }, directory, name)}`);
  if (failed.length > 0) throw new Error(`Failed, and not in there: ${failed.join(", ")}.`);
}

const choice = await choose();
try {
  await main(choice);
} catch (error) {
  // A signal ends what is under way with errors; the clean-up that it started ends the process.
  if (!isShuttingDown()) {
    console.error(`\n${explain(error)}`);
    Deno.exit(1);
  }
}
if (!isShuttingDown()) Deno.exit();
