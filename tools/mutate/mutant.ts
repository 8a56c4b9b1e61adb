/** The areas of the score, with the share of mutants that the tests must kill. */
export const AREAS = {
  "locks": 0.95,
  "compare-and-set": 0.95,
  "constraints": 0.95,
  "access": 0.95,
  "engine": 0.9,
  "tick": 0.9,
  "comparisons and defaults": 0.9,
  "function": 0.9,
  "mirror": 0.9,
  "client": 0.9,
} as const;

/** What a mutant endangers. */
export type Area = keyof typeof AREAS;

/** What a mutant is written in. */
export type LanguageName = "sql" | "typescript";

/** The product with one small fault. A test that notices the fault kills it. */
export interface Mutant {
  /** `target kind place`: the same after a move or a reformat, and unique. Never a file or a line. */
  readonly id: string;
  readonly area: Area;
  readonly language: LanguageName;
  /** The function, table, policy or index that has the fault, qualified: `sync_scheduler.tick`, `http/serve.ts readBody`. */
  readonly target: string;
  /** The kind of fault: `drop-lock`. */
  readonly kind: string;
  /** Where in the target's parse tree, as {@link placeOf} names it. */
  readonly place: string;
  /** The file that has the target today, relative to the checkout. Not a part of the name. */
  readonly file: string;
  /** The fault in words, one line: "drop `for update` of `select * from ...`". */
  readonly describe: string;
  /** Hash of the target's text without the fault: a mutant is tried again when it changes. */
  readonly targetHash: string;
  /** SQL: the whole statement with the fault. TypeScript: the whole text of the file with the fault. */
  readonly mutated: string;
}

/** What became of a mutant. */
export type Outcome =
  | { readonly status: "killed"; readonly by: TestName }
  | { readonly status: "survived"; readonly tried: readonly string[] }
  /** It cannot be created (it does not compile, the database refuses it): it does not count. */
  | { readonly status: "invalid"; readonly reason: string };

/** The test that killed a mutant. */
export interface TestName {
  /** Relative to the checkout. */
  readonly file: string;
  /** The test or the assertion, or how the file ended: "time limit". */
  readonly test: string;
}

/** How runners are opened. */
export interface RunnerOptions {
  /** The checkout. A runner changes nothing in it. */
  readonly root: string;
  /** The most pgTAP files for one SQL mutant. */
  readonly near: number;
  /** The most test files of the wider kind for one survivor. */
  readonly wide: number;
  /** Guess from their text which pgTAP files are near, instead of running all of them without a mutant first. */
  readonly guess: boolean;
  /** Prints one line of progress. */
  log(line: string): void;
}

/** Tries mutants, one at a time. */
export interface Runner extends AsyncDisposable {
  /** Tries one mutant. `first` is the file that killed it last time: it is asked first. */
  run(mutant: Mutant, first?: string): Promise<Outcome>;
}

/** The mutants of one language, and how they are tried. */
export interface Language {
  readonly name: LanguageName;
  /** Every mutant of the checkout, or of the files that are wanted. */
  makeMutants(root: string, isWanted?: (file: string) => boolean): Promise<Mutant[]>;
  /** Starts what the tests need, and makes sure that they pass without a mutant. */
  openRunner(options: RunnerOptions): Promise<Runner>;
}

/**
 * Names a place by the node's text, written in one way, and by how many of the same kind and text come before it.
 *
 * @param text The node's text as a deparser or printer writes it, so that white space and comments do not count.
 * @param nth How many equal ones of the same kind come before it in the target.
 */
export function placeOf(text: string, nth: number): string {
  return nth === 0 ? hashOf(text) : `${hashOf(text)}.${nth + 1}`;
}

/** A short hash that is the same on every machine. */
export function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0").slice(0, 10);
}
