/**
 * `deno task mutate`: puts small faults into the product, one at a time, and reports which of them no test notices.
 *
 * What is where: `mutate/mutant.ts` has the types, `mutate/sql/` and `mutate/typescript/` make and try the mutants of a
 * language, `mutate/choose.ts` takes a sample, `mutate/results.ts` keeps `mutation/results.json`, `mutate/score.ts` counts.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  explain,
  LEAST_DENO_OF_TESTS,
  refuseCall,
  requireDeno,
  requireTemporaryFolder,
  runTask,
} from "../local/command_line.ts";
import { chooseMutants } from "./mutate/choose.ts";
import { languages } from "./mutate/languages.ts";
import { AREAS, type Mutant } from "./mutate/mutant.ts";
import { readEquivalents, readResults } from "./mutate/results.ts";
import { describeScores, scoreAreas } from "./mutate/score.ts";
import { tryMutants } from "./mutate/try_mutants.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task mutate [OPTION]... [FILE | NAME]...

Puts small faults (mutants) into the SQL and the TypeScript of a copy, and runs the nearest tests on each.
Tries only what changed since mutation/results.json was written, and what survived.

  FILE         only mutants of this source file or folder
  NAME         only mutants whose name contains it
  --area NAME  only mutants of this area: ${Object.keys(AREAS).join(", ")}
  --seed N     choose another sample of mutants (1 by default)
  --jobs N     how many mutants are tried at once (1 by default)
  --near N     most pgTAP files for one SQL mutant, the nearest first (60 by default)
  --wide N     most TypeScript test files for one SQL survivor (4 by default)
  --guess      guess from their text which pgTAP files are near, instead of running all of them first
  --all        try again what was killed before
  --every      try every mutant, not a sample
  --list       print the chosen mutants and try none

Exits with 1 when an area is below its goal. The last line is the score.`;

function readCall() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args,
      allowPositionals: true,
      options: {
        area: { type: "string" },
        seed: { type: "string", default: "1" },
        jobs: { type: "string", default: "1" },
        near: { type: "string", default: "60" },
        wide: { type: "string", default: "4" },
        guess: { type: "boolean", default: false },
        all: { type: "boolean", default: false },
        every: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.area !== undefined && !(values.area in AREAS)) {
      refuseCall(`There is no area "${values.area}".`, USAGE);
    }
    const { seed, jobs, near, wide } = values;
    const numbers = { seed: Number(seed), jobs: Number(jobs), near: Number(near), wide: Number(wide) };
    if (
      Object.values(numbers).some((number) => !Number.isInteger(number) || number < 0) || numbers.jobs < 1
    ) {
      refuseCall("--seed, --jobs, --near and --wide are whole numbers, --jobs at least 1.", USAGE);
    }
    return { ...values, ...numbers, wanted: positionals };
  } catch (error) {
    return refuseCall(explain(error), USAGE);
  }
}

function isWanted(mutant: Mutant, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((text) => {
    const path = text.replace(/\/$/, "");
    return mutant.file === path || mutant.file.startsWith(`${path}/`) || mutant.id.includes(text);
  });
}

async function main(): Promise<void> {
  const call = readCall();
  requireDeno(LEAST_DENO_OF_TESTS);
  requireTemporaryFolder();
  if (call.help) return console.log(USAGE);
  const all = (await Promise.all(languages.map((language) => language.makeMutants(root)))).flat();
  const chosen = (call.every ? all : chooseMutants(all, call.seed))
    .filter((mutant) => call.area === undefined || mutant.area === call.area)
    .filter((mutant) => isWanted(mutant, call.wanted));
  console.log(`${chosen.length} of ${all.length} mutants chosen`);
  if (call.list) {
    for (const { id, area, describe } of chosen) console.log(`${area}: ${id}\n    ${describe}`);
    return;
  }
  await tryMutants(root, chosen, { known: new Set(all.map(({ id }) => id)), ...call });
  const scores = scoreAreas(chosen, await readResults(root), await readEquivalents(root));
  const { lines, isGood } = describeScores(scores);
  for (const line of lines) console.log(line);
  // Not exitCode: a handle that a test forgot to close must not turn a result into a hang.
  Deno.exit(isGood ? 0 : 1);
}

if (import.meta.main) await runTask(main);
