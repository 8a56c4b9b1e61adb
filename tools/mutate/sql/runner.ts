import { join } from "node:path";
import postgres from "postgres";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import { explain } from "../../../local/command_line.ts";
import {
  hashOf,
  type Mutant,
  type Outcome,
  type Runner,
  type RunnerOptions,
  type TestName,
} from "../mutant.ts";
import { firstFailure } from "./deno_tests.ts";
import { MutatedTemplates } from "./mutated_templates.ts";
import { nearestRaces, nearestTests, readTestFiles, type TestFiles } from "./wider_tests.ts";
import { readCalls, readStatements, type SqlMutant } from "./make_mutants.ts";
import { type Calls, nearestFiles } from "./nearest.ts";
import { failureOfFile, guessPgtapFiles, type PgtapFile, readPgtapFiles } from "./pgtap_files.ts";
import { MutantServer } from "./server.ts";

/** A pgTAP file has one connection, which no lock holds up. */
const MOST_OF_LOCKS = 3;
/** So many files of races run together: all of them may take longer than the limit of one call. */
const RACES_AT_ONCE = 8;

/** Starts a server with the schema, and runs every pgTAP file once without a mutant. */
export async function openSqlRunner(
  { root, near, wide, guess, log }: RunnerOptions,
): Promise<Runner> {
  const schema = await readSchemaFiles(join(root, "supabase", "schemas"));
  const server = await MutantServer.start(schema.map(({ sql }) => sql).join("\n"));
  try {
    const calls = readCalls(readStatements(schema));
    const schemaHash = hashOf(schema.map(({ sql }) => sql).join("\n"));
    const files = guess
      ? await guessPgtapFiles(root, [...calls.keys()])
      : await readPgtapFiles(root, schemaHash, () => server.copy("select 1", { track_functions: "all" }));
    log(`${files.length} pgTAP files${guess ? "" : " pass without a mutant"}`);
    return new SqlRunner({
      ...{ root, near, wide, server, files, schema: schema.map(({ sql }) => sql) },
      ...{ calls, tests: await readTestFiles(root) },
    });
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

interface Parts {
  readonly root: string;
  readonly near: number;
  readonly wide: number;
  readonly server: MutantServer;
  readonly schema: readonly string[];
  readonly files: readonly PgtapFile[];
  readonly calls: Calls;
  readonly tests: TestFiles;
}

class SqlRunner implements Runner {
  readonly #parts: Parts;
  readonly #templates: MutatedTemplates;
  /** Files of races and of the platform that have been run without a mutant, and whether they passed. */
  readonly #sound = new Map<string, Promise<boolean>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#templates = new MutatedTemplates(parts.root);
  }

  async run(mutant: Mutant, first = ""): Promise<Outcome> {
    const fault = mutant as SqlMutant;
    const { server, files, calls, tests, near, wide, root } = this.#parts;
    if (fault.mutated === "") return { status: "invalid", reason: "it cannot be written as SQL" };
    let database;
    try {
      database = await this.#create(fault);
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
      return { status: "invalid", reason: explain(error).split("\n")[0] ?? "" };
    }
    await using made = database;
    const pgtap = nearestFiles(fault, files, calls, fault.area === "locks" ? MOST_OF_LOCKS : near);
    const races = nearestRaces(fault, tests.races, calls);
    const platform = nearestTests(fault, tests.platform, calls, wide);
    const asIdle = (some: string[]) => server.asIdle(made, (env) => firstFailure(root, some, env));
    const onPlatform = (some: string[]) =>
      this.#templates.with(fault, this.#isReplaceable(fault), (env) => firstFailure(root, some, env));
    type Step = [string[], (some: string[]) => Promise<TestName | null>];
    const inPgtap: Step = [
      pgtap.map(({ file }) => file),
      (some) => firstFailureOf(made.url, pgtap.filter(({ file }) => some.includes(file))),
    ];
    const inRaces = (some: readonly string[]) =>
      chunk(some, RACES_AT_ONCE).map((part): Step => [part, asIdle]);
    // What killed it last time is asked first, and a race where a lock is lost.
    const steps: Step[] = fault.area === "locks"
      ? [...inRaces(races), inPgtap]
      : [inPgtap, ...inRaces(races)];
    steps.push([platform, onPlatform]);
    // What locks a row meets whatever else does: any other race may notice.
    const others = fault.area !== "locks" || wide === 0
      ? []
      : tests.races.map(({ file }) => file).filter((file) => !races.includes(file));
    steps.push(...inRaces(others));
    const last = steps.findIndex(([some]) => some.includes(first));
    const [known] = steps.slice(last < 0 ? steps.length : last);
    if (known !== undefined) steps.unshift([[first], known[1]]);
    for (const [some, run] of steps) {
      const by = some.length === 0 ? null : await run(some);
      if (by !== null && await this.#isSound(by.file)) return { status: "killed", by };
    }
    return { status: "survived", tried: [...new Set(steps.flatMap(([some]) => some))] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#templates.close();
    await this.#parts.server[Symbol.asyncDispose]();
  }

  /** Whether a TypeScript test passes without a mutant: only then does its failure count. pgTAP files have been run. */
  #isSound(file: string): Promise<boolean> {
    if (file.endsWith(".sql")) return Promise.resolve(true);
    const known = this.#sound.get(file) ??
      firstFailure(this.#parts.root, [file], {}).then((by) => by === null);
    this.#sound.set(file, known);
    return known;
  }

  #isReplaceable({ mutated, target }: SqlMutant): boolean {
    return this.#parts.calls.has(target) && /^create or replace function\b/i.test(mutated);
  }

  /** A function is replaced in a copy of the database. What cannot be replaced needs a database made with it. */
  async #create(mutant: SqlMutant) {
    const { server, schema } = this.#parts;
    if (this.#isReplaceable(mutant)) return await server.copy(mutant.mutated);
    return await server.build(
      schema.map((sql) => sql.replace(mutant.original, () => mutant.mutated)).join("\n"),
    );
  }
}

function chunk<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

async function firstFailureOf(url: string, files: readonly PgtapFile[]): Promise<TestName | null> {
  for (const file of files) {
    const test = await failureOfFile(url, file);
    if (test !== null) return { file: file.file, test };
  }
  return null;
}
