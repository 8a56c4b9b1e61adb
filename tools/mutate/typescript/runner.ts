import { dirname, join } from "node:path";
import { CleanupStack } from "../../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../../local/lifecycle/scratch_directory.ts";
import { onShutdown } from "../../../local/lifecycle/shutdown.ts";
import type { Mutant, Outcome, Runner, RunnerOptions, TestName } from "../mutant.ts";
import { readTestsByFile, type TestsByFile } from "./import_graph.ts";

/** Where tests are next to the code. */
const NEAR = ["supabase/functions", "src"];
/** Tests of the function and the client as a whole: of survivors only. */
const WIDE = [
  ...["function", "connectors", "client", "parity"].map((name) => `tests/integration/${name}`),
  "tests/contracts/vendors",
];
const CLIENT = "tests/integration/client";
/** A test that has a page bundled in a browser loads none of its files itself. */
const PAGES = [
  ["src/client/elements/", [`${CLIENT}/elements_test.ts`, `${CLIENT}/elements_accessibility_test.ts`]],
] as const;
/** A test over more imports than this is asked in a second step. */
const NEAREST = 2;
/** Only a hang takes so long: the tests of a step take seconds, and half a minute on a busy machine. */
const LIMIT_MS = 300_000;
const NEAREST_LIMIT_MS = 120_000;
const LATE = "time limit";

/** Copies the checkout and reads which tests load which file. */
export async function openTypescriptRunner({ root, wide, log }: RunnerOptions): Promise<Runner> {
  const cleanup = new CleanupStack();
  const forget = onShutdown(() => cleanup.close());
  const close = () => cleanup.close().finally(forget);
  try {
    const copy = join(await openScratch(cleanup), "checkout");
    await copyCheckout(root, copy);
    const tests = await readTestsByFile(copy, [...NEAR, ...WIDE]);
    log(`${tests.size} files are loaded by tests`);
    return new TypescriptRunner(copy, tests, wide, close);
  } catch (error) {
    await close();
    throw error;
  }
}

class TypescriptRunner implements Runner {
  /** What has been run without a mutant, and whether it passed. */
  readonly #sound = new Map<string, boolean>();

  constructor(
    private readonly copy: string,
    private readonly tests: TestsByFile,
    private readonly wide: number,
    private readonly close: () => Promise<void>,
  ) {}

  async run(mutant: Mutant, first?: string): Promise<Outcome> {
    const tried: string[] = [];
    for (const { args, files, limit } of this.#steps(mutant.file, first)) {
      const by = await this.#testMutant(mutant, args, limit);
      if (by !== null && await this.#isSound(by.test === LATE ? args : [by.file])) {
        return { status: "killed", by };
      }
      if (by !== null) return { status: "invalid", reason: `${by.file} fails without it: ${by.test}` };
      tried.push(...files);
    }
    return { status: "survived", tried };
  }

  async #testMutant({ file, mutated }: Mutant, args: readonly string[], limit: number) {
    const path = join(this.copy, file);
    const original = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, mutated);
    try {
      return await this.#test(args, limit);
    } finally {
      await Deno.writeTextFile(path, original);
    }
  }

  /** Whether tests pass without a mutant: only then does their failure count. Asked once each. */
  async #isSound(args: readonly string[]): Promise<boolean> {
    const key = args.join(" ");
    const known = this.#sound.get(key);
    if (known !== undefined) return known;
    const isSound = await this.#test(args.includes("--doc") ? args : ["--doc", ...args], LIMIT_MS) === null;
    this.#sound.set(key, isSound);
    return isSound;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One `deno test` each: a start costs more than most tests. */
  #steps(file: string, first: string | undefined): { args: string[]; files: string[]; limit: number }[] {
    const distances = this.tests.get(file) ?? new Map<string, number>();
    const sibling = file.replace(/\.ts$/, "_test.ts");
    const rank = (test: string) => test === sibling ? 0 : distances.get(test) ?? 1;
    const page = PAGES.find(([folder]) => file.startsWith(folder))?.[1] ?? [];
    const all = [...new Set([...distances.keys(), ...page])].sort((a, b) =>
      rank(a) - rank(b) || (a < b ? -1 : 1)
    );
    const near = all.filter((test) => NEAR.some((folder) => test.startsWith(`${folder}/`)));
    const nearest = near.filter((test) =>
      rank(test) <= NEAREST && (dirname(test) === dirname(file) || rank(test) <= 1)
    );
    const known = all.filter((test) => test === first);
    const steps = [
      { files: known, limit: NEAREST_LIMIT_MS, args: known },
      // The file's examples are tests, too.
      { files: [file, ...nearest], limit: NEAREST_LIMIT_MS, args: ["--doc", file, ...nearest] },
      { files: near.filter((test) => !nearest.includes(test)), limit: LIMIT_MS },
      { files: all.filter((test) => !near.includes(test)).slice(0, this.wide), limit: 2 * LIMIT_MS },
    ];
    return steps.filter(({ files }) => files.length > 0).map((step) => ({ args: step.files, ...step }));
  }

  /** The test that fails first, or null when all pass. */
  async #test(args: readonly string[], limitMs: number): Promise<TestName | null> {
    const child = new Deno.Command(Deno.execPath(), {
      // A mutant that fills the memory must not take the machine with it.
      args: ["test", "-A", "--no-check", "--fail-fast", "--v8-flags=--max-old-space-size=768", ...args],
      cwd: this.copy,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, limitMs);
    const forget = onShutdown(async () => {
      // A platform of its tests takes it for the end, and stops what it has started.
      child.kill("SIGTERM");
      await child.status;
    });
    const { code, stdout, stderr } = await child.output().finally(() => {
      clearTimeout(limit);
      forget();
    });
    const file = args.find((arg) => arg.endsWith(".ts")) ?? "";
    if (isLate) return { file, test: LATE };
    if (code === 0) return null;
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    const found = /^(.+) => (?:\.\/)?([^\s:]+):\d+:\d+$/m.exec(output);
    const text = output.split("\n").find((line) => /^error: /.test(line)) ?? `exit code ${code}`;
    // An example is a module of its own, called by its file and lines: `clock.ts#20-29.ts`.
    const where = found?.[2]?.replace(/#\d+-\d+\.ts$/, "") ?? file;
    const test = found?.[1]?.includes("#") ? "its example" : found?.[1];
    return { file: where, test: test ?? text };
  }
}

/** The files that git knows or would add, as they are now. */
async function copyCheckout(root: string, copy: string): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  for (const file of new Set(new TextDecoder().decode(stdout).split("\0"))) {
    if (file === "") continue;
    await Deno.mkdir(join(copy, dirname(file)), { recursive: true });
    await Deno.copyFile(join(root, file), join(copy, file)).catch((error: unknown) => {
      // Deleted, but not yet for git.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
