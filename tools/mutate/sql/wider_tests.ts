import { basename, join } from "node:path";
import type { SqlMutant } from "./make_mutants.ts";
import { callersOf, type Calls } from "./nearest.ts";

/** Tests with two connections, one file a function, in the folder of its feature. They need a database only. */
const RACES = join("tests", "integration", "races");
/** Folders whose tests use the database of a platform. */
const FOLDERS = [
  "faults",
  ...["alerts", "health", "scheduler"].map((name) => join("simulation", name)),
  ...["cron", "e2e", "parity", "plans", "security"].map((name) => join("integration", name)),
];

/** A TypeScript test file and its text. */
export interface TestFile {
  readonly file: string;
  readonly text: string;
}

/** The TypeScript tests that use the database. */
export interface TestFiles {
  readonly races: readonly TestFile[];
  readonly platform: readonly TestFile[];
}

/** Reads the TypeScript tests that use the database. */
export async function readTestFiles(root: string): Promise<TestFiles> {
  const read = async (folder: string): Promise<TestFile[]> => {
    const entries = await Array.fromAsync(Deno.readDir(join(root, folder))).catch(() => []);
    const files = await Promise.all(entries.map(async ({ name, isDirectory }): Promise<TestFile[]> => {
      const file = join(folder, name);
      if (isDirectory) return await read(file);
      return name.endsWith("_test.ts") ? [{ file, text: await Deno.readTextFile(join(root, file)) }] : [];
    }));
    return files.flat().sort((a, b) => a.file < b.file ? -1 : 1);
  };
  const platform = await Promise.all(FOLDERS.map((folder) => read(join("tests", folder))));
  return { races: await read(RACES), platform: platform.flat() };
}

/**
 * The races that a fault may lose, the nearest first: those that are named after its function, then those that name it or
 * are named after one of its callers. What its function calls counts as a caller where a lock is lost, for a lost lock may be a call.
 */
export function nearestRaces(mutant: SqlMutant, races: readonly TestFile[], calls: Calls): string[] {
  const distances = distancesOf(mutant, calls);
  if (mutant.area === "locks") {
    for (const called of calls.get(mutant.target) ?? []) {
      const name = called.split(".").at(-1) ?? called;
      distances.set(name, Math.min(distances.get(name) ?? Infinity, 1));
    }
  }
  const own = new RegExp(`\\b${(mutant.runs ?? mutant.target).split(".").at(-1)}\\b`);
  const ranked = races.map(({ file, text }) => {
    const name = basename(file, "_test.ts");
    const distance = distances.get(name) ?? distances.get(`sync_worker_${name}`) ?? Infinity;
    return { file, rank: own.test(text) ? Math.min(distance, 0.5) : distance };
  });
  return ranked.filter(({ rank }) => rank < Infinity).sort((a, b) => a.rank - b.rank).map(({ file }) => file);
}

/** The platform's tests that name the function of a fault, or the nearest of its callers. */
export function nearestTests(
  mutant: SqlMutant,
  tests: readonly TestFile[],
  calls: Calls,
  most: number,
): string[] {
  const distances = distancesOf(mutant, calls);
  const rank = ({ text }: TestFile) =>
    Math.min(...[...distances].map(([name, distance]) => text.includes(name) ? distance : Infinity));
  const isRace = ({ file }: TestFile) =>
    mutant.area === "locks" && /at_once|simultaneous|locks/.test(file) ? 1 : 0;
  return tests.map((test) => ({
    file: test.file,
    rank: rank(test),
    race: isRace(test),
    length: test.text.length,
  }))
    .filter((test) => test.rank < Infinity)
    .sort((a, b) => b.race - a.race || a.rank - b.rank || a.length - b.length)
    .slice(0, most).map(({ file }) => file);
}

/**
 * The function that runs with the fault and its callers, by the names without their schema. Nothing calls the function of
 * a trigger, so its table is as near as a caller. A table stands for itself.
 */
function distancesOf({ target, runs, tables }: SqlMutant, calls: Calls): Map<string, number> {
  const bare = (name: string) => name.split(/[. ]/).at(1) ?? name;
  return new Map([
    ...tables.map((table): [string, number] => [bare(table), 1]),
    ...[...callersOf(runs ?? target, calls)].map((
      [name, distance],
    ): [string, number] => [bare(name), distance]),
  ]);
}
