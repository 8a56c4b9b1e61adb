import type { Entry } from "../../vouchers/entries.ts";
import { type Failure, failure } from "../../core/errors.ts";
import type { LookupOutcome } from "../connector.ts";
import { readFailure } from "./fault.ts";
import { findVouchers, settleVouchers } from "./find.ts";
import { countMisses } from "./retry_lookup.ts";
import type { XledgerLink } from "./request.ts";
import { type Named, nameLines } from "./voucher.ts";

const askAgainSeconds = 60;

/**
 * Finds out what became of vouchers that may have been sent: imported, refused by the import, on their way, or absent.
 * One that is on its way or not visible stays unknown, with a failure that says when to ask again. While Xledger
 * imports the failure is transient, because the next run can go on with that.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { lookupVouchers } from "./lookup.ts";
 *
 * const context = testContext({ fetch: () => Promise.resolve(new Response(null, { status: 503 })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const { absent, failure } = await lookupVouchers(link, [entry]);
 * assert.deepEqual([absent, failure?.class], [[], "transient"]);
 * ```
 */
export async function lookupVouchers(link: XledgerLink, entries: readonly Entry[]): Promise<LookupOutcome> {
  const { config, context } = link;
  const vouchers = await Promise.all(entries.map((entry) => nameLines(context.integration_id, entry)));
  const found = await findVouchers(link, vouchers);
  if ("fault" in found) return { settled: [], absent: [], failure: readFailure(found.fault) };

  const { results, waiting, missing, partial } = settleVouchers(
    config.counts_as_exported,
    vouchers,
    found.sights,
  );
  const { absent, wait } = await countMisses(context, missing, config.visibility_seconds);
  const outcome = { settled: results, absent: absent.map(({ entry }) => entry.entry_key) };
  // What is absent is sent at once, though others are still waited for.
  if (absent.length > 0 || results.length === vouchers.length) return outcome;
  const why = waiting.length > 0 ? importPending(waiting.length, partial) : notVisible(wait);
  return { ...outcome, failure: why };
}

/**
 * Vouchers are staged, and Xledger's import has not come to them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { importPending } from "./lookup.ts";
 *
 * assert.equal(importPending(2, null).class, "transient");
 * ```
 */
export function importPending(count: number, partial: Named | null): Failure {
  const message = partial === null
    ? `Xledger has received ${count} voucher(s) and not imported them yet. They are checked again.`
    : `Xledger shows only a part of voucher ${
      partial.entry.document_number ?? partial.entry.entry_key
    }. If that ` +
      "does not change, delete that part in Xledger's import; the voucher is then sent again.";
  const code = partial === null ? "xledger_import_pending" : "xledger_partial_voucher";
  return failure("transient", code, message, askAgainSeconds, "nobody");
}

/** Class rate_limited, for it is a wait of known length: it must burn no attempt, or the run that counts it might end. */
function notVisible(seconds: number): Failure {
  const message =
    "Xledger does not show some vouchers that may have been sent. They are looked for again before they " +
    "are sent again.";
  return failure("rate_limited", "xledger_not_visible", message, seconds, "nobody");
}
