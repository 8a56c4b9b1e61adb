/**
 * Runs the parts in turns, round by round (A B C, A B C, ...), so that a slow minute of the machine slows all of
 * them. Returns the numbers of each part, by round.
 */
export async function interleave<Name extends string>(
  rounds: number,
  parts: Readonly<Record<Name, () => Promise<number>>>,
  onRound: (round: number) => void = () => {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(parts) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) found[name].push(await parts[name]());
    onRound(round);
  }
  return found;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
