import { type Area, AREAS, type Mutant } from "./mutant.ts";
import type { Results } from "./results.ts";

/** The largest share of mutants that may be listed as equivalent. */
const MOST_EQUIVALENT = 0.05;

/** The score of one area. Mutants that cannot be created are in none of the numbers. */
export interface AreaScore {
  readonly area: Area;
  readonly killed: number;
  readonly survived: readonly Mutant[];
  readonly equivalent: number;
  readonly isGood: boolean;
}

/** Counts what became of the chosen mutants, area by area. */
export function scoreAreas(
  chosen: readonly Mutant[],
  results: Results,
  equivalents: Readonly<Record<string, string>>,
): AreaScore[] {
  const areas = Object.keys(AREAS) as Area[];
  return areas.flatMap((area) => {
    const own = chosen.filter((mutant) => mutant.area === area && results[mutant.id] !== undefined);
    if (own.length === 0) return [];
    const killed = own.filter(({ id }) => results[id]?.status === "killed").length;
    const survived = own.filter(({ id }) => results[id]?.status === "survived" && !(id in equivalents));
    const isGood = killed >= AREAS[area] * (killed + survived.length);
    return [{ area, killed, survived, equivalent: own.length - killed - survived.length, isGood }];
  });
}

/** The score as lines of text, and whether every goal is reached. The last line is the whole score. */
export function describeScores(scores: readonly AreaScore[]): { lines: string[]; isGood: boolean } {
  const sum = (count: (score: AreaScore) => number) => scores.reduce((total, s) => total + count(s), 0);
  const killed = sum((s) => s.killed);
  const survived = sum((s) => s.survived.length);
  const equivalent = sum((s) => s.equivalent);
  const tooMany = equivalent > MOST_EQUIVALENT * (killed + survived + equivalent);
  const rows = scores.map((s) =>
    `${s.isGood ? "✓" : "✗"} ${s.area.padEnd(26)}${share(s.killed, s.survived.length).padStart(6)} ` +
    `(goal ${
      AREAS[s.area] * 100
    } %): ${s.killed} killed, ${s.survived.length} survived, ${s.equivalent} equivalent`
  );
  const isGood = !tooMany && scores.every((s) => s.isGood);
  return {
    lines: [
      ...scores.flatMap((s) => s.survived.map(({ id, describe }) => `survived: ${id}\n    ${describe}`)),
      ...rows,
      ...(tooMany ? [`✗ more than ${MOST_EQUIVALENT * 100} % of the mutants are listed as equivalent`] : []),
      `score ${share(killed, survived)}: ${killed} killed, ${survived} survived, ${equivalent} equivalent`,
    ],
    isGood,
  };
}

function share(killed: number, survived: number): string {
  const all = killed + survived;
  return all === 0 ? "-" : `${(killed / all * 100).toFixed(1)} %`;
}
