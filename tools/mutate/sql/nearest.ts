import type { SqlMutant } from "./make_mutants.ts";
import type { PgtapFile } from "./pgtap_files.ts";

/** Which functions each function calls. */
export type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The pgTAP files that can notice a fault, the nearest first: at most `most`, and those that look at every function or
 * table. Of a fault in a function these are the files that call it: first those whose names share words with it. Then
 * come those that name most of what it or the fault quotes, then those with the fewest other functions. Of a fault in a trigger they
 * are all, those that call its function first. Of another fault these are all, those that name what it is in first.
 */
export function nearestFiles(
  mutant: SqlMutant,
  files: readonly PgtapFile[],
  calls: Calls,
  most: number,
): PgtapFile[] {
  // These look at every function and table, and name few of them.
  const { area, kind, target, runs } = mutant;
  const folder = area === "access" || kind === "drop-guard"
    ? "/access/"
    : area === "constraints" || kind === "change-default"
    ? "/tables/"
    : null;
  const general = files.filter(({ file }) => folder !== null && file.includes(folder))
    .toSorted((a, b) => a.milliseconds - b.milliseconds);
  const others = (sorted: PgtapFile[]) => sorted.filter((file) => !general.includes(file)).slice(0, most);
  const names = namesOf(mutant);
  const named = (file: PgtapFile) => wordsInCommon(names, file.file);
  // Columns and tables in the fault. Shorter words are in every test.
  const words = new Set(mutant.describe.match(/\b[a-z]+(?:_[a-z]+)+\b/g)).union(mutant.quotes);
  const quoted = (file: PgtapFile) => [...words].filter((word) => file.script.includes(word)).length;
  const reached = runs === null ? [] : sortBy(
    filesThatCall(runs, files, calls),
    (file) => [named(file), quoted(file), -file.functions.size],
  );
  if (runs === target && reached.length > 0) {
    // A call that is refused is not counted: files that name an error, and general ones, may call it, too.
    const naming = kind === "change-error" ? files.filter((file) => quoted(file) > 0) : [];
    const refused = sortBy(naming, (file) => [quoted(file), -file.milliseconds]);
    return [...others([...new Set([...reached, ...refused])]), ...general];
  }
  // A trigger may execute its function where it should not: in files that do not reach it without the fault.
  const own = target.split(/[\s,]+/).map((name) => name.split(".").at(-1) ?? name);
  const rest = sortBy(
    files.filter((file) => !reached.includes(file)),
    (file) => [
      own.filter((word) => file.script.includes(word)).length,
      named(file),
      quoted(file),
      -file.milliseconds,
    ],
  );
  return [...general, ...others([...reached, ...rest])];
}

/** What a near file may be named after: the function; of a trigger also its own name, its table and its folder. */
function namesOf({ target, runs, file }: SqlMutant): string {
  const own = (name: string) => name.split(".").at(-1) ?? name;
  if (runs === null || runs === target) return own(target);
  return `${own(runs)} ${own(target)} ${file.replace("supabase/schemas/", "")}`;
}

/** Sorts files by their first number, the greatest first, then by the second. */
function sortBy(files: readonly PgtapFile[], ranks: (file: PgtapFile) => number[]): PgtapFile[] {
  const ranked = files.map((file) => ({ file, ranks: ranks(file) }));
  return ranked.sort((a, b) =>
    b.ranks.map((rank, place) => rank - (a.ranks[place] ?? 0)).find((difference) => difference !== 0) ?? 0
  ).map(({ file }) => file);
}

/** How many words of names are in a file's, whatever their endings. */
function wordsInCommon(names: string, file: string): number {
  const stems = (text: string) => new Set(text.split(/[^a-z]+/).map((word) => word.slice(0, 4)));
  return stems(names).intersection(stems(file.replace("supabase/tests/", ""))).size;
}

/** Files that call a function; of one that Postgres has not counted, those that call its callers. */
function filesThatCall(target: string, files: readonly PgtapFile[], calls: Calls): PgtapFile[] {
  const seen = new Set<string>();
  for (let names = [target]; names.length > 0;) {
    const found = files.filter(({ functions }) => names.some((name) => functions.has(name)));
    if (found.length > 0) return found;
    for (const name of names) seen.add(name);
    names = [...calls].filter(([name, called]) => !seen.has(name) && names.some((one) => called.has(one)))
      .map(([name]) => name);
  }
  return [];
}

/** How many calls lie between a function and each of its callers; 0 for itself. */
export function callersOf(target: string, calls: Calls): Map<string, number> {
  const distances = new Map([[target, 0]]);
  for (let names = [target], distance = 1; names.length > 0; distance++) {
    names = [...calls].filter(([name, called]) =>
      !distances.has(name) && names.some((one) => called.has(one))
    )
      .map(([name]) => name);
    for (const name of names) distances.set(name, distance);
  }
  return distances;
}
