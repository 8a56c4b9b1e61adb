import { type Batch, type EntryResult, isFirstSend, openEntries } from "../../vouchers/entries.ts";
import type { Failure } from "../../core/errors.ts";
import { codeMissing } from "../code_missing.ts";
import type { ConnectorContext, ExportOutcome } from "../connector.ts";
import type { XledgerConfig } from "./config.ts";
import { readFailure } from "./fault.ts";
import { findVouchers, settleVouchers } from "./find.ts";
import { importPending } from "./lookup.ts";
import { rememberUnsent, startAnew } from "./retry_lookup.ts";
import type { XledgerLink } from "./request.ts";
import { keepRefusedAlike } from "./refused.ts";
import { sendVouchers, type Sent } from "./send.ts";
import { type Named, nameLines, type Prepared, prepareVoucher } from "./voucher.ts";

// Each look costs two or three requests of a metered plan, so they become rarer.
const pausesBeforeLooks = [1, 3, 9, 27];

/**
 * Exports a batch: rejects what is no voucher, looks whether any is already there, sends the others, and waits a
 * little for their import. What is staged and not imported by then is `unknown`; the next attempt looks it up.
 *
 * Also a first send begins with a look. Nothing on Xledger's side refuses a second voucher, and "first" is only what
 * the database knows. It may have been restored from a backup. Or a person put a rejected entry back while its lines
 * still wait in Xledger's import.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { exportVouchers } from "./export.ts";
 *
 * const link = { context: testContext(), config: parseXledgerConfig({}), credentials: { token: "a" } };
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: { lines: [] }, settled: false };
 * const { results } = await exportVouchers(link, { batch_id: "b", resend: false, entries: [entry] });
 * assert.equal(results[0]?.state, "rejected");
 * ```
 */
export async function exportVouchers(link: XledgerLink, batch: Batch): Promise<ExportOutcome> {
  const { config, context } = link;
  const { results, vouchers, failure: held } = await prepareAll(config, context, batch);
  if (vouchers.length === 0) return { results, ...(held === null ? {} : { failure: held }) };

  const known = await startAnew(context, vouchers);
  const found = await findVouchers(link, vouchers.filter((voucher) => !known.has(voucher)));
  if ("fault" in found) {
    await rememberUnsent(context, [...known]);
    const pending = vouchers.map(({ entry: { entry_key } }) => ({ entry_key, state: "pending" as const }));
    return { results: [...results, ...pending], failure: readFailure(found.fault) };
  }
  const isNew = ({ entry }: Named) => (found.sights.get(entry.entry_key)?.kind ?? "missing") === "missing";
  const staged = vouchers.filter((voucher) => !isNew(voucher));
  const sent: Sent = { staged, reasons: new Map(), results, failure: null };
  const first = vouchers.filter(isNew);
  await sendVouchers(link, first, sent);
  // Of what is left of a batch it says nothing: they may all have the fault for which they are left.
  if (batch.entries.every((entry) => !entry.settled)) keepRefusedAlike(first, sent);
  const pending = new Set(
    sent.results.filter(({ state }) => state === "pending").map((result) => result.entry_key),
  );
  await rememberUnsent(context, vouchers.filter(({ entry }) => pending.has(entry.entry_key)));

  const why = await awaitImport(link, sent) ?? held;
  return { results: sent.results, ...(why === null ? {} : { failure: why }) };
}

/**
 * Rejects what cannot be sent, before anything is. At a repetition a voucher whose code is gone from the configuration
 * stays unknown instead: our checks judge the first send only.
 */
async function prepareAll(
  config: XledgerConfig,
  context: ConnectorContext,
  batch: Batch,
): Promise<{ results: EntryResult[]; vouchers: Prepared[]; failure: Failure | null }> {
  const results: EntryResult[] = [];
  const vouchers: Prepared[] = [];
  const isFirst = isFirstSend(batch);
  let why: Failure | null = null;
  for (const entry of openEntries(batch.entries)) {
    const { entry_key } = entry;
    const named = await nameLines(context.integration_id, entry);
    const prepared = prepareVoucher(config, named, isFirst ? "first" : "again");
    if ("nodes" in prepared) vouchers.push(prepared);
    else if (isFirst) {
      results.push({ entry_key, state: "rejected", error: prepared.error, not_sent: true });
    } else if (prepared.unmapped) {
      results.push({ entry_key, state: "unknown" });
      why ??= codeMissing("xledger_code_missing", entry, prepared.error);
    } else results.push({ entry_key, state: "rejected", error: prepared.error });
  }
  return { results, vouchers, failure: why };
}

/** Settles what is staged, as far as its import is quick; says why the rest is unknown. */
async function awaitImport(link: XledgerLink, sent: Sent): Promise<Failure | null> {
  const { config, context: { clock, deadline, signal } } = link;
  const giveUpAt = Math.min(deadline, clock.elapsed() + config.import_wait_seconds * 1000);
  let open: readonly Prepared[] = sent.staged;
  let partial: Prepared | null = null;
  let why: Failure | null = null;
  const pauses = pausesFor(config.counts_as_exported, sent.failure);
  for (const pause of pauses) {
    if (open.length === 0 || clock.elapsed() + pause * 1000 > giveUpAt) break;
    await clock.sleep(pause * 1000, signal);
    const found = await findVouchers(link, open);
    if ("fault" in found) {
      why = readFailure(found.fault);
      break;
    }
    const settled = settleVouchers(config.counts_as_exported, open, found.sights);
    sent.results.push(...settled.results.map((result) => withReason(result, sent.reasons)));
    open = [...settled.waiting, ...settled.missing];
    partial = settled.partial;
  }
  sent.results.push(...open.map(({ entry: { entry_key } }) => ({ entry_key, state: "unknown" as const })));
  return sent.failure ?? why ?? (open.length > 0 ? importPending(open.length, partial) : null);
}

function withReason(result: EntryResult, reasons: ReadonlyMap<string, string>): EntryResult {
  const reason = reasons.get(result.entry_key);
  if (result.state !== "rejected" || reason === undefined) return result;
  return { ...result, error: `${reason} ${result.error}` };
}

function pausesFor(
  countsAsExported: XledgerConfig["counts_as_exported"],
  why: Failure | null,
): readonly number[] {
  // A look would run into the same limit.
  if (why?.class === "rate_limited") return [];
  return why !== null || countsAsExported === "staged" ? [0] : pausesBeforeLooks;
}
