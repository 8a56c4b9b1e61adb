import { explain } from "../../local/command_line.ts";
import { git } from "../git.ts";
import { languages } from "./languages.ts";
import { hashOf, type LanguageName, type Mutant } from "./mutant.ts";
import { readEquivalents } from "./results.ts";

/** So many mutants of each language: about twenty seconds of one processor in all. */
const MOST: Readonly<Record<LanguageName, number>> = { sql: 4, typescript: 2 };
/** How many pgTAP files look at one of them. */
const NEAR = 6;

/**
 * Tries a few mutants of the files that have changed since `mutation/results.json` was written, chosen by the commit.
 * Returns a line for each that no near test notices. Writes nothing.
 */
export async function tryChanged(root: string): Promise<{ tried: number; survivors: string[] }> {
  const changed = await changedFiles(root);
  if (changed.size === 0) return { tried: 0, survivors: [] };
  const equivalents = await readEquivalents(root);
  const seed = await git(root, ["rev-parse", "HEAD"]);
  const survivors: string[] = [];
  let tried = 0;
  for (const language of languages) {
    const mutants = await language.makeMutants(root, (file) => changed.has(file));
    const chosen = mutants.filter(({ id, file }) => changed.has(file) && !(id in equivalents))
      .toSorted((a, b) => hashOf(seed + a.id) < hashOf(seed + b.id) ? -1 : 1)
      .slice(0, MOST[language.name]);
    if (chosen.length === 0) continue;
    await using runner = await language.openRunner({
      root,
      near: NEAR,
      wide: 0,
      guess: true,
      log: () => {},
    });
    for (const mutant of chosen) {
      const { status } = await runner.run(mutant);
      if (status !== "invalid") tried++;
      if (status === "survived") survivors.push(lineOf(mutant));
    }
  }
  return { tried, survivors };
}

function lineOf({ id, describe }: Mutant): string {
  return `no near test notices this mutant: ${id}\n    ${describe}`;
}

/** Files that differ from the commit that wrote the results. None without git, or where its history is cut off before. */
async function changedFiles(root: string): Promise<Set<string>> {
  try {
    const commit = (await git(root, ["log", "-1", "--format=%H", "--", "mutation/results.json"])).trim();
    if (commit === "") return new Set();
    return new Set((await git(root, ["diff", "--name-only", commit])).split("\n"));
  } catch (error) {
    console.error(`no mutants of changed files: ${explain(error)}`);
    return new Set();
  }
}
