import { languages } from "./languages.ts";
import type { Mutant, Outcome } from "./mutant.ts";
import { isStillKilled, readEquivalents, readResults, resultOf, writeResults } from "./results.ts";

/** How {@link tryMutants} tries. */
export interface TryOptions {
  readonly jobs: number;
  readonly wide: number;
  /** Also what was killed before and has not changed. */
  readonly all: boolean;
  /** Every name of this checkout: results of others are dropped. */
  readonly known: ReadonlySet<string>;
}

/** Tries mutants and writes each result at once, so that a run that is stopped has lost nothing. */
export async function tryMutants(
  root: string,
  chosen: readonly Mutant[],
  { jobs, wide, all, known }: TryOptions,
): Promise<void> {
  const results = await readResults(root);
  const equivalents = await readEquivalents(root);
  for (const id of Object.keys(results)) if (!known.has(id)) delete results[id];
  const queue: Mutant[] = [];
  for (const mutant of chosen) {
    if (!all && await isStillKilled(root, mutant, results[mutant.id])) continue;
    if (!all && mutant.id in equivalents && results[mutant.id]?.target === mutant.targetHash) continue;
    queue.push(mutant);
  }
  console.log(`${queue.length} to try, ${chosen.length - queue.length} known`);
  let done = 0;
  for (const language of languages) {
    const own = queue.filter((mutant) => mutant.language === language.name);
    const work = async () => {
      await using runner = await language.openRunner({ root, wide, log: (line) => console.log(line) });
      for (let mutant = own.shift(); mutant !== undefined; mutant = own.shift()) {
        const outcome = await runner.run(mutant, results[mutant.id]?.by);
        done++;
        console.log(`${done}/${queue.length} ${describe(mutant, outcome)}`);
        const result = await resultOf(root, mutant, outcome);
        if (result === null) delete results[mutant.id];
        else results[mutant.id] = result;
        await writeResults(root, results);
      }
    };
    await Promise.all(Array.from({ length: Math.min(jobs, own.length) }, work));
  }
}

function describe({ area, id, describe }: Mutant, outcome: Outcome): string {
  const name = `${area}: ${id} (${describe})`;
  if (outcome.status === "killed") return `killed ${name}\n    by ${outcome.by.file}: ${outcome.by.test}`;
  if (outcome.status === "invalid") return `not created ${name}\n    ${outcome.reason}`;
  return `SURVIVED ${name}\n    ${outcome.tried.length} files passed`;
}
