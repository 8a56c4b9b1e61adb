import { join } from "node:path";
import { z } from "zod";
import { hashOf, type Mutant, type Outcome } from "./mutant.ts";

const resultSchema = z.object({
  area: z.string(),
  status: z.enum(["killed", "survived"]),
  /** Of the target's text when it was tried. */
  target: z.string(),
  /** The file that killed it, and the hash of that file. */
  by: z.string().optional(),
  byHash: z.string().optional(),
  test: z.string().optional(),
  /** Of survivors only: the fault in words. */
  fault: z.string().optional(),
});

/** What became of a mutant when it was tried last. */
export type Result = z.infer<typeof resultSchema>;

/** The results of a checkout by the mutants' names. */
export type Results = Record<string, Result>;

const FILE = join("mutation", "results.json");

/** Reads `mutation/results.json`; a checkout without one has no results. */
export async function readResults(root: string): Promise<Results> {
  return z.record(z.string(), resultSchema).parse(await readJson(join(root, FILE)));
}

/** Writes `mutation/results.json`, in order of the names, so that two runs differ only where a result does. */
export async function writeResults(root: string, results: Results): Promise<void> {
  const sorted = Object.entries(results).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  await Deno.writeTextFile(join(root, FILE), `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/** Reads `mutation/equivalents.json`: mutants that no test can kill, by name, with the reason. */
export async function readEquivalents(root: string): Promise<Record<string, string>> {
  return z.record(z.string(), z.string().min(1)).parse(
    await readJson(join(root, "mutation", "equivalents.json")),
  );
}

async function readJson(path: string): Promise<unknown> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return "{}";
    throw error;
  });
  return JSON.parse(text);
}

/**
 * Whether a mutant was killed and would be again: neither its target nor the file that killed it has changed. A
 * survivor is always tried again, for a new test may kill it.
 */
export async function isStillKilled(
  root: string,
  mutant: Mutant,
  result: Result | undefined,
): Promise<boolean> {
  if (result?.status !== "killed" || result.target !== mutant.targetHash) return false;
  return result.by !== undefined && await hashOfFile(root, result.by) === result.byHash;
}

/** What is kept of an outcome; null of a mutant that cannot be created. */
export async function resultOf(root: string, mutant: Mutant, outcome: Outcome): Promise<Result | null> {
  const base = { area: mutant.area, target: mutant.targetHash };
  if (outcome.status === "invalid") return null;
  if (outcome.status === "survived") return { ...base, status: "survived", fault: mutant.describe };
  const { file, test } = outcome.by;
  return { ...base, status: "killed", by: file, byHash: await hashOfFile(root, file), test };
}

async function hashOfFile(root: string, file: string): Promise<string> {
  return hashOf(await Deno.readTextFile(join(root, file)).catch(() => ""));
}
