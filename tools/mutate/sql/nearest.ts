import type { SqlMutant } from "./make_mutants.ts";
import type { PgtapFile } from "./pgtap_files.ts";

/** Which functions each function calls. */
export type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The pgTAP files that can notice a fault, the nearest first: at most `most`, and those that look at every function or
 * table. Of a fault in a function these are the files that call it: first those whose names share words with it, then
 * those with the fewest other functions. Of another fault these are all, those that name what it is in first.
 */
export function nearestFiles(
  mutant: SqlMutant,
  files: readonly PgtapFile[],
  calls: Calls,
  most: number,
): PgtapFile[] {
  // These look at every function and table, and name few of them.
  const { area, kind } = mutant;
  const folder = area === "access" || kind === "drop-guard"
    ? "/access/"
    : area === "constraints" || kind === "change-default"
    ? "/tables/"
    : null;
  const general = files.filter(({ file }) => folder !== null && file.includes(folder))
    .toSorted((a, b) => a.milliseconds - b.milliseconds);
  const others = (sorted: PgtapFile[]) => sorted.filter((file) => !general.includes(file)).slice(0, most);
  // A right is of a function, and not in it.
  if (calls.has(mutant.target) && /^create\b/i.test(mutant.original)) {
    const reached = filesThatCall(mutant.target, files, calls);
    const named = (file: PgtapFile) => wordsInCommon(mutant.target, file.file);
    const sorted = reached.toSorted((a, b) => named(b) - named(a) || a.functions.size - b.functions.size);
    // A call that is refused is not counted, so general files may call it, too.
    if (reached.length > 0) return [...others(sorted), ...general];
  }
  const words = mutant.target.split(/[\s,]+/).map((name) => name.split(".").at(-1) ?? name);
  const trigger = /\bexecute function ([\w.]+)/i.exec(mutant.original)?.[1] ?? "";
  const reached = calls.has(trigger) ? filesThatCall(trigger, files, calls) : [];
  const rank = (file: PgtapFile) =>
    words.filter((word) => file.script.includes(word)).length + (reached.includes(file) ? words.length : 0);
  const named = (file: PgtapFile) => wordsInCommon(mutant.target, file.file);
  return [
    ...general,
    ...others(
      files.toSorted((a, b) => rank(b) - rank(a) || named(b) - named(a) || a.milliseconds - b.milliseconds),
    ),
  ];
}

/** How many words of a function's name are in a file's, whatever their endings. */
function wordsInCommon(target: string, file: string): number {
  const stems = (text: string) => new Set(text.split(/[^a-z]+/).map((word) => word.slice(0, 4)));
  return stems(target.split(".").at(-1) ?? "").intersection(stems(file.replace("supabase/tests/", ""))).size;
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
