/**
 * The part of a connector's config that says what it demands of its entries. The database knows these keys, too: it
 * checks entries with them when they are delivered (`sync_scheduler.entry_fault`).
 *
 * @module
 */
import * as z from "../core/zod.ts";

const month = "must be a month, 1 to 12";

/**
 * Fields for the config schema of every connector:
 *
 * - `period_rule`: `posting_date` (the default), or `free` if an entry's period and its posting date need not agree.
 * - `fiscal_year_ends`: the month, 1 to 12, in which a thirteenth period (`2026-13`) lies; the default is 12. A fiscal
 *   year has the number of the calendar year in which it ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { entryRules } from "./entry_rules.ts";
 *
 * assert.deepEqual(z.object(entryRules).parse({ fiscal_year_ends: 6 }), {
 *   period_rule: "posting_date",
 *   fiscal_year_ends: 6,
 * });
 * ```
 */
export const entryRules = {
  period_rule: z._default(
    z.enum(["posting_date", "free"], "must be posting_date or free"),
    "posting_date",
  ),
  fiscal_year_ends: z._default(z.int(month).check(z.minimum(1, month), z.maximum(12, month)), 12),
};
