import { type Area, hashOf, type Mutant } from "./mutant.ts";

/** The most mutants of an area that one seed chooses. */
export const MOST: Readonly<Record<Area, number>> = {
  "locks": 60,
  "compare-and-set": 70,
  "constraints": 70,
  "access": 70,
  "engine": 90,
  "tick": 30,
  "comparisons and defaults": 60,
  "function": 80,
  "mirror": 40,
  "client": 30,
};

/** Every function has its rights, which would fill the sample: they take turns as one target. */
const RIGHTS = /-(revoke|grant)$/;

/**
 * Chooses a fixed sample of each area: first one mutant of every target, then a second of each, until the area is
 * full. The same seed chooses the same mutants as long as their names stay.
 */
export function chooseMutants(mutants: readonly Mutant[], seed: number): Mutant[] {
  const order = (text: string) => hashOf(`${seed} ${text}`);
  const byArea = Map.groupBy(mutants, ({ area }) => area);
  return [...byArea].flatMap(([area, all]) => {
    const rounds = [...Map.groupBy(all, ({ kind, target }) => RIGHTS.test(kind) ? kind : target)].flatMap((
      [target, own],
    ) =>
      own.map((mutant) => ({ mutant, key: order(mutant.id) }))
        .sort((a, b) => compare(a.key, b.key))
        .map(({ mutant }, round) => ({ mutant, round, key: order(target) }))
    );
    return rounds.sort((a, b) => a.round - b.round || compare(a.key, b.key))
      .slice(0, MOST[area]).map(({ mutant }) => mutant);
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
