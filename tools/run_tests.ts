/**
 * `deno task test`: everything that CI checks, with one local platform shared by all tests that need one.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { LEAST_DENO_OF_TESTS, readCommandLine, requireDeno } from "../local/command_line.ts";
import { onShutdown } from "../local/lifecycle/shutdown.ts";
import { PLATFORM_VARIABLE, startSharedPlatform } from "../tests/support/platform.ts";
import { PACKAGE_VARIABLE } from "../tests/support/tarball.ts";
import { countJunit, readFailures, type TestCounts, type TestFailure } from "./junit.ts";
import { root, runDeno } from "./run_deno.ts";
import { tellFailures } from "./tell_failures.ts";

const USAGE = `Usage: deno task test [FILTER | PATH]...

Without arguments: format, lint, types, examples, generated files, then every test.
With arguments: tests only.
  FILTER  only tests whose name contains it, or matches it if written /like this/
  PATH    only tests of this TypeScript file or folder (the pgTAP files are run by tests/pgtap_test.ts)`;

let passed = 0;
let failed = 0;
let skipped = 0;
/** Told once more at the end: a whole run prints thousands of lines. */
const failures: TestFailure[] = [];

/** Runs one stage and counts it as a test: an error fails it, and its message is the report. */
async function stage<T>(name: string, body: () => Promise<T>): Promise<T | undefined> {
  const begin = performance.now();
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  try {
    const result = await body();
    passed++;
    console.log(`✓ ${name} (${seconds()})`);
    return result;
  } catch (error) {
    failed++;
    const text = error instanceof Error ? error.message : String(error);
    failures.push({ name, text });
    console.log(`${text}\n✗ ${name} (${seconds()})`);
    return undefined;
  }
}

async function checks(): Promise<void> {
  const quietly = (...args: string[]) => () => runDeno(args);
  await stage("format", quietly("fmt", "--check"));
  await stage("lint", quietly("lint"));
  await stage("types", quietly("check", "--quiet", "."));
  await stage("examples", checkExamples);
  await stage("documentation", quietly("doc", "--lint", ...await publicModules()));
  await stage("migrations are fresh", quietly("task", "--quiet", "db:compose", "--check"));
}

/** Type-checks the examples in JSDoc and Markdown. Deno imports every export into each: unused ones must be allowed. */
async function checkExamples(): Promise<void> {
  const { imports, compilerOptions } = configSchema.parse(
    JSON.parse(await Deno.readTextFile(join(root, "deno.json"))),
  );
  const options = { ...compilerOptions, noUnusedLocals: false, noUnusedParameters: false };
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_examples_" });
  try {
    const config = join(directory, "deno.json");
    await Deno.writeTextFile(config, JSON.stringify({ imports, compilerOptions: options, lock: false }));
    await runDeno(["check", "--quiet", "--doc-only", `--config=${config}`, "."]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const configSchema = z.object({
  imports: z.record(z.string(), z.string()),
  compilerOptions: z.record(z.string(), z.unknown()),
});

async function publicModules(): Promise<string[]> {
  const folders = await Array.fromAsync(Deno.readDir(join(root, "src")));
  return folders.filter((entry) => entry.isDirectory).map((entry) => `src/${entry.name}/mod.ts`);
}

/** Runs `deno test` and counts what its report says. Types have been checked before, all at once. */
async function tests(args: string[], env: Record<string, string>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_test_" });
  const removeReport = () => Deno.remove(directory, { recursive: true });
  const forget = onShutdown(removeReport);
  const report = join(directory, "junit.xml");
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  await stage("deno test", async () => {
    try {
      await runDeno(["test", "-A", "--no-check", "--doc", `--junit-path=${report}`, ...args], {
        show: true,
        env: { ...env, [PACKAGE_VARIABLE]: directory },
        // A run takes some twenty minutes; `deno test` itself would wait for a hanging test for ever.
        limitMinutes: 65,
      });
    } finally {
      const xml = await Deno.readTextFile(report).catch(() => null);
      if (xml !== null) {
        counts = countJunit(xml);
        failures.push(...readFailures(xml));
      }
    }
    if (counts.passed + counts.failed === 0) throw new Error("no test ran");
  });
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped;
  forget();
  await removeReport();
}

async function testArguments(positionals: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  const filters: string[] = [];
  for (const argument of positionals) {
    const exists = await Deno.stat(join(root, argument)).then(() => true, () => false);
    if (exists) paths.push(argument);
    else filters.push("--filter", argument);
  }
  // Without a path Deno would leave tests/ out, as deno.json says for the plain command.
  return [...filters, ...(paths.length > 0 ? paths : ["."])];
}

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  requireDeno(LEAST_DENO_OF_TESTS);
  if (positionals.length === 0) await checks();
  const platform = await stage("local platform", startSharedPlatform);
  try {
    const env = platform === undefined ? {} : { [PLATFORM_VARIABLE]: JSON.stringify(platform.description) };
    if (positionals.length === 0) {
      const args = ["run", "-A", "tools/generate_types.ts", "--check"];
      await stage("database types are fresh", () => runDeno(args, { env }));
    }
    await tests(await testArguments(positionals), env);
  } finally {
    if (platform !== undefined) await stage("local platform is gone", platform.stop);
  }
  for (const line of tellFailures(failures)) console.log(line);
  if (skipped > 0) console.log(`${skipped} skipped: their names say why`);
  console.log(`${passed} passed, ${failed} failed`);
  // Not exitCode: a handle that something forgot to close must not turn a result into a hang.
  Deno.exit(failed > 0 ? 1 : 0);
}

if (import.meta.main) await main();
