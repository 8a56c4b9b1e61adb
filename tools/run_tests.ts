/**
 * `deno task test`: everything that CI checks, in parallel lanes. The tests of a lane share one local platform.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { z } from "zod";
import { readSchemaFiles } from "../cli/bundle/schema_files.ts";
import {
  LEAST_DENO_OF_TESTS,
  readCommandLine,
  refuseCall,
  requireDeno,
  runTask,
} from "../local/command_line.ts";
import { readEnvironment } from "../local/environment.ts";
import { CleanupStack } from "../local/lifecycle/cleanup.ts";
import { openScratch, SCRATCH_VARIABLE } from "../local/lifecycle/scratch_directory.ts";
import { isShuttingDown, onShutdown } from "../local/lifecycle/shutdown.ts";
import { makeTemplates, type Templates, TEMPLATES_VARIABLE } from "../local/postgres/templates.ts";
import { BROWSER_VARIABLE } from "../tests/support/browser/browser.ts";
import { PLATFORM_VARIABLE, startSharedPlatform } from "../tests/support/platform.ts";
import { PACKAGE_VARIABLE } from "../tests/support/hosts/tarball.ts";
import { memoryFolder } from "./memory_folder.ts";
import { countJunit, readFailures, type TestCounts, type TestFailure } from "./junit.ts";
import { proseFaults } from "./prose/faults.ts";
import { proseFiles } from "./prose/files.ts";
import { root, runDeno } from "./run_deno.ts";
import { longLines, sqlFaults } from "./sql_faults.ts";
import { tryChanged } from "./mutate/changed.ts";
import { isMeantAsPath } from "./meant_as_path.ts";
import { reportFailures } from "./report_failures.ts";
import { testGroups } from "./test_groups.ts";

const USAGE = `Usage: deno task test [FILTER | PATH]...

Without arguments: format, lint, types, examples, generated files, then every test.
With arguments: tests only.
  FILTER  only tests whose name contains it, or matches it if written /like this/
  PATH    only tests of this TypeScript file or folder (tests/integration/pgtap/ runs the pgTAP files)`;

/** Tests of runs wait more than they compute, so two lanes more than processors pay. Each costs 300 MB. */
const LANES = Math.min(6, navigator.hardwareConcurrency + 2);

let passed = 0;
let failed = 0;
let skipped = 0;
/** Reported once more at the end: a whole run prints many lines. */
const failures: TestFailure[] = [];
/** Holds reports, and in folders of their own what the first test that needs it makes for all. */
let scratch = "";
let shared: Record<string, string> = {};

/** Runs one stage and counts it as a test: an error fails it, and its message is the report. */
async function stage<T>(
  name: string,
  body: () => Promise<T>,
  found?: (result: T) => string,
): Promise<T | undefined> {
  const begin = performance.now();
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  try {
    const result = await body();
    passed++;
    console.log(`✓ ${name} (${[seconds(), ...(found === undefined ? [] : [found(result)])].join(", ")})`);
    return result;
  } catch (error) {
    await stopIfEnding();
    failed++;
    const text = error instanceof Error ? error.message : String(error);
    failures.push({ name, text });
    console.log(`${text}\n✗ ${name} (${seconds()})`);
    return undefined;
  }
}

/** What fails now fails because a signal ends this process: the listener does that, and nothing is to be said. */
async function stopIfEnding(): Promise<void> {
  if (isShuttingDown()) await new Promise(() => {});
}

async function checks(): Promise<void> {
  const quietly = (...args: string[]) => () => runDeno(args);
  await stage("format", quietly("fmt", "--check"));
  await stage("lint", quietly("lint"));
  await stage("SQL", checkSql);
  await stage("prose", checkProse);
  await stage("types", quietly("check", "--quiet", "."));
  await stage("examples", checkExamples);
  await stage("documentation", quietly("doc", "--lint", ...await publicModules()));
  await stage("migrations are fresh", quietly("task", "--quiet", "db:compose", "--check"));
}

async function checkSql(): Promise<void> {
  const others = (await proseFiles(root)).filter(({ path }) =>
    path.endsWith(".sql") && !/^supabase\/(schemas|tests)\/|^tests\//.test(path)
  );
  const faults = [
    ...sqlFaults(await readSchemaFiles(join(root, "supabase", "schemas"))),
    ...others.flatMap(({ path, text }) => longLines({ path, sql: text })),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

async function checkProse(): Promise<void> {
  const faults = proseFaults(await proseFiles(root));
  if (faults.length > 0) throw new Error(faults.join("\n"));
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
  return folders.filter(({ isDirectory, name }) => isDirectory && name !== "console").map((entry) =>
    `src/${entry.name}/mod.ts`
  );
}

/** Runs `deno test` and counts what its report says. Types have been checked before, all at once. */
async function tests(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
  show = false,
): Promise<void> {
  const report = await Deno.makeTempFile({ dir: scratch, suffix: ".xml" });
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  await stage(name, async () => {
    try {
      await runDeno(["test", "-A", "--no-check", `--junit-path=${report}`, ...args], {
        show,
        env: { ...env, ...shared },
        // `deno test` itself would wait for a hanging test for ever.
        limitMinutes: 30,
      });
    } catch (error) {
      await stopIfEnding();
      // The output is shown here, and the summary at the end names what failed in it.
      const lines = error instanceof Error ? error.message.split("\n") : [String(error)];
      if (lines.length > 1) console.log(lines.slice(0, -1).join("\n"));
      throw new Error(lines.at(-1));
    } finally {
      const xml = await Deno.readTextFile(report);
      if (xml !== "") {
        counts = countJunit(xml);
        failures.push(...readFailures(xml));
      }
    }
    if (counts.passed + counts.failed === 0) throw new Error("no test ran");
  }, () => `${counts.passed} passed`);
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped;
}

/** What a lane does next, with the environment of its platform. */
type Job = (env: Record<string, string>) => Promise<void>;

/** Does one job after the other with one platform, until the queue is empty. */
async function runLane(queue: Job[]): Promise<void> {
  const platform = await stage("local platform", startSharedPlatform);
  try {
    const env = platform === undefined ? {} : { [PLATFORM_VARIABLE]: JSON.stringify(platform.description) };
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      await job(env);
      await stopIfEnding();
    }
  } finally {
    if (platform !== undefined) await stage("local platform is gone", platform.stop);
  }
}

/** Runs `body` while this process and those that it starts can copy their databases. */
async function withTemplates(body: () => Promise<void>): Promise<void> {
  const cleanup = new CleanupStack();
  const forget = onShutdown(() => cleanup.close());
  try {
    await stage("database templates", async () => {
      const templates: Templates = { directory: await openScratch(cleanup), project: `${root}/` };
      await makeTemplates(templates);
      Deno.env.set(TEMPLATES_VARIABLE, JSON.stringify(templates));
    });
    await body();
  } finally {
    await cleanup.close();
    forget();
  }
}

async function everything(): Promise<void> {
  const queue: Job[] = [checks];
  for (const group of await testGroups()) queue.push((env) => tests(group.name, group.args, env));
  queue.push(async (env) => {
    const args = ["run", "-A", "tools/generate_types.ts", "--check"];
    await stage("database types are fresh", () => runDeno(args, { env }));
  });
  queue.push(async () => {
    const name = "mutants of what has changed";
    const found = await stage(name, () => tryChanged(root), ({ tried }) => `${tried} tried`);
    for (const survivor of found?.survivors ?? []) console.log(survivor);
  });
  // A database that is given is one, and its tests must not meet.
  if (readEnvironment().kind !== "embedded") return await runLane(queue);
  await withTemplates(async () => {
    await Promise.all(Array.from({ length: LANES }, () => runLane(queue)));
  });
}

async function testArguments(positionals: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  const filters: string[] = [];
  for (const argument of positionals) {
    const exists = await Deno.stat(resolve(root, argument)).then(() => true, () => false);
    if (exists) paths.push(argument);
    else if (isMeantAsPath(argument)) refuseCall(`There is no file or folder ${argument}.`, USAGE);
    else filters.push("--filter", argument);
  }
  // Without a path Deno would leave tests/ out, as deno.json says for the plain command.
  return [...filters, ...(paths.length > 0 ? paths : ["."])];
}

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  requireDeno(LEAST_DENO_OF_TESTS);
  const databases = Deno.env.get(SCRATCH_VARIABLE) ?? await memoryFolder();
  if (databases !== null) Deno.env.set(SCRATCH_VARIABLE, databases);
  const args = await testArguments(positionals);
  scratch = await Deno.makeTempDir({ prefix: "sync_scheduler_test_" });
  // With a comma, which the permissions of `deno task pack` have to bear.
  shared = {
    [PACKAGE_VARIABLE]: join(scratch, "packages, one for all"),
    [BROWSER_VARIABLE]: join(scratch, "browser"),
  };
  for (const folder of Object.values(shared)) await Deno.mkdir(folder);
  const removeScratch = () => Deno.remove(scratch, { recursive: true });
  onShutdown(removeScratch);
  try {
    if (positionals.length === 0) await everything();
    else {
      await runLane([(env) => tests("deno test", args, env, true)]);
    }
  } finally {
    await removeScratch();
  }
  for (const line of reportFailures(failures)) console.log(line);
  if (skipped > 0) console.log(`${skipped} skipped: their names say why`);
  console.log(`${passed} passed, ${failed} failed`);
  // Not exitCode: a handle that something forgot to close must not turn a result into a hang.
  Deno.exit(failed > 0 ? 1 : 0);
}

if (import.meta.main) await runTask(main);
