import { isShuttingDown } from "../../local/lifecycle/shutdown.ts";
import { languages } from "./languages.ts";
import type { Mutant, Outcome, Runner } from "./mutant.ts";
import { isStillKilled, readEquivalents, readResults, resultOf, writeResults } from "./results.ts";

/** How {@link tryMutants} tries. */
export interface TryOptions {
  readonly jobs: number;
  readonly near: number;
  readonly wide: number;
  readonly guess: boolean;
  /** Also what was killed before and has not changed. */
  readonly all: boolean;
  /** Every name of this checkout: results of others are dropped. */
  readonly known: ReadonlySet<string>;
}

/** Tries mutants and writes each result at once, so that a run that is stopped has lost nothing. */
export async function tryMutants(
  root: string,
  chosen: readonly Mutant[],
  { jobs, near, wide, guess, all, known }: TryOptions,
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
  let saved = Promise.resolve();
  for (const language of languages) {
    const own = queue.filter((mutant) => mutant.language === language.name);
    const runners: Runner[] = [];
    try {
      // One after the other: what the first finds out about the tests, the others read.
      while (runners.length < Math.min(jobs, own.length)) {
        runners.push(
          await language.openRunner({ root, near, wide, guess, log: (line) => console.log(line) }),
        );
      }
      await Promise.all(runners.map(async (runner) => {
        for (let mutant = own.shift(); mutant !== undefined; mutant = own.shift()) {
          const outcome = await runner.run(mutant, results[mutant.id]?.by).finally(untilTheEnd);
          done++;
          console.log(`${done}/${queue.length} ${describe(mutant, outcome)}`);
          const result = await resultOf(root, mutant, outcome);
          if (result === null) delete results[mutant.id];
          else results[mutant.id] = result;
          saved = saved.then(() => writeResults(root, results));
        }
      }));
    } finally {
      await saved;
      await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()));
    }
  }
}

function describe({ area, id, describe }: Mutant, outcome: Outcome): string {
  const name = `${area}: ${id} (${describe})`;
  if (outcome.status === "killed") return `killed ${name}\n    by ${outcome.by.file}: ${outcome.by.test}`;
  if (outcome.status === "invalid") return `not created ${name}\n    ${outcome.reason}`;
  return `SURVIVED ${name}\n    ${outcome.tried.length} files passed`;
}

/** Waits for ever once a signal ends this process: what fails from then on fails because of that. */
async function untilTheEnd(): Promise<void> {
  if (isShuttingDown()) await new Promise(() => {});
}
