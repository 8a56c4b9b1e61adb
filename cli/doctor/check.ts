import type { Sql, TransactionSql } from "postgres";
import type { Schemas } from "./schemas.ts";

/** What one check found. WARN: the doctor cannot know, or a person should look whether it is intended. */
export interface Finding {
  readonly status: "PASS" | "WARN" | "FAIL";
  /** For people: what is so, and when it is wrong, what to do beyond the SQL. */
  readonly message: string;
  /** The SQL that fixes it, to be run as the role `postgres`; null when there is nothing to fix, or no SQL can. */
  readonly sql: string | null;
}

/** What a check may use. */
export interface Examination {
  /** The database that is looked at; what has to be committed goes here. */
  readonly sql: Sql;
  /** Looks, and may try something out, in a transaction that is rolled back whatever happens. */
  readonly look: <T>(work: (tx: TransactionSql) => Promise<T>) => Promise<T>;
  /** What the bundle of this checkout brings: the only list of what is expected. */
  readonly schemas: Schemas;
  /** Send a warm-up to the Edge Function. */
  readonly mayAsk: boolean;
  /** How long an answer, or a queue that moves, is waited for. */
  readonly timeoutMs: number;
  /** The function's address as the project's name suggests it. */
  readonly suggestedUrl: string;
}

/** One thing that the doctor looks at; no finding means that all is well. */
export interface Check {
  readonly name: string;
  /** Said when nothing is found, if the check has nothing better to say. */
  readonly healthy: string;
  readonly examine: (examination: Examination) => Promise<readonly Finding[]>;
}

/**
 * Something that is wrong.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fail } from "./check.ts";
 *
 * assert.deepEqual(fail("The job is paused.", "select 1;").status, "FAIL");
 * ```
 */
export function fail(message: string, sql: string | null = null): Finding {
  return { status: "FAIL", message, sql };
}

/**
 * Something that cannot be known, or may be meant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { warn } from "./check.ts";
 *
 * assert.equal(warn("The function was not asked.").sql, null);
 * ```
 */
export function warn(message: string, sql: string | null = null): Finding {
  return { status: "WARN", message, sql };
}

/**
 * Something that is well, with what is worth knowing of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pass } from "./check.ts";
 *
 * assert.equal(pass("It ticked 3 s ago.").status, "PASS");
 * ```
 */
export function pass(message: string): Finding {
  return { status: "PASS", message, sql: null };
}
