import { SyncError } from "../core/errors.ts";

/** Why the database takes no writes. */
export type DatabaseTroubleCode = "database_full" | "database_read_only" | "database_restarting";

/** What the next claim reports: the database could not write this down itself. Instants are ISO 8601, on our clock. */
export interface DatabaseTrouble {
  readonly code: DatabaseTroubleCode;
  readonly since: string;
  readonly until: string;
}

/**
 * By what the Data API answers: https://www.postgresql.org/docs/current/errcodes-appendix.html and
 * https://docs.postgrest.org/en/stable/references/errors.html. PostgREST answers 25006 with status 405, and 53100 and
 * 57P0x with one of 5xx; PGRST000 to PGRST002 say that it has no connection or no schema cache.
 */
const codes: Readonly<Record<string, DatabaseTroubleCode>> = {
  "53100": "database_full",
  "25006": "database_read_only",
  "57P01": "database_restarting",
  "57P02": "database_restarting",
  "57P03": "database_restarting",
  "PGRST000": "database_restarting",
  "PGRST001": "database_restarting",
  "PGRST002": "database_restarting",
};

const words: Readonly<Record<DatabaseTroubleCode, string>> = {
  database_full: "The database could not write: its disk is full. Free space or enlarge the disk.",
  database_read_only:
    "The database took no writes: it is read-only. Mostly its disk is nearly full: free space or enlarge it.",
  database_restarting: "The database was restarting, or could not be reached.",
};

/**
 * What an error of the Data API says about the database as a whole; null: nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { troubleOf } from "./database_trouble.ts";
 *
 * assert.equal(troubleOf("53100"), "database_full");
 * assert.equal(troubleOf("23505"), null);
 * ```
 */
export function troubleOf(sqlState: string): DatabaseTroubleCode | null {
  return Object.hasOwn(codes, sqlState) ? codes[sqlState] ?? null : null;
}

/**
 * The trouble in a sentence for people, with the next step.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeTrouble } from "./database_trouble.ts";
 *
 * assert.match(describeTrouble("database_full"), /disk is full/);
 * ```
 */
export function describeTrouble(code: DatabaseTroubleCode): string {
  return words[code];
}

/**
 * Whether the database was away for an error's call: it may work in a moment, so calls that may be said twice are repeated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isAway } from "./database_trouble.ts";
 * import { SyncError } from "../core/errors.ts";
 *
 * assert.equal(isAway(new SyncError("database_read_only", "It takes no writes.")), true);
 * assert.equal(isAway(new SyncError("invalid_token", "It knows us not.")), false);
 * ```
 */
export function isAway(error: unknown): boolean {
  return error instanceof SyncError && (error.code === "database_unreachable" || isTrouble(error.code));
}

function isTrouble(code: string): code is DatabaseTroubleCode {
  return Object.hasOwn(words, code);
}

/** What one isolate remembers of the database's trouble until a claim has reported it. */
export interface TroubleMemory {
  /** Records an error, if it is one of the database as a whole. */
  record(error: unknown): void;
  /** What is to be reported; null: nothing. */
  pending(): DatabaseTrouble | null;
  /** Forgets what was reported, but not what came since. */
  reported(trouble: DatabaseTrouble): void;
}

/**
 * Remembers for an isolate. It is lost with the isolate: then nothing raises the alert, and the runs alone show that they
 * were interrupted.
 *
 * @param now Milliseconds since 1970.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rememberTrouble } from "./database_trouble.ts";
 * import { SyncError } from "../core/errors.ts";
 *
 * const memory = rememberTrouble(() => 0);
 * memory.record(new SyncError("database_full", "Full."));
 * const since = "1970-01-01T00:00:00.000Z";
 * assert.deepEqual(memory.pending(), { code: "database_full", since, until: since });
 * ```
 */
export function rememberTrouble(now: () => number): TroubleMemory {
  let trouble: DatabaseTrouble | null = null;
  return {
    record(error) {
      if (!(error instanceof SyncError) || !isTrouble(error.code)) return;
      const until = new Date(now()).toISOString();
      trouble = { code: error.code, since: trouble?.since ?? until, until };
    },
    pending: () => trouble,
    reported(sent) {
      if (trouble?.until === sent.until) trouble = null;
    },
  };
}
