import { allEntries, type Entry, openEntries } from "../../vouchers/entries.ts";
import { type Failure, failure } from "../../core/errors.ts";
import { readLimited } from "../http/read_limited.ts";
import { retryAfterSeconds } from "../../core/retry_after.ts";
import type { ConnectorContext, ExportOutcome } from "../connector.ts";
import { parseResults } from "./results.ts";
import {
  entriesRefused,
  isAboutEntries,
  isTooLarge,
  mayNameEntries,
  repetitionRefused,
  statusFault,
} from "./fault.ts";
import { readRefusal } from "./words.ts";

// 500 results with an error text each fit several times.
const maxAnswerBytes = 1024 * 1024;

/**
 * Turns a receiver's answer into what became of the batch. 2xx means that it took all entries unless its JSON
 * says otherwise entry by entry. Any answer below 500 may carry that list, also one to a repetition. It answers for the
 * whole batch; of the entries that were settled before, nothing is passed on.
 *
 * @param response The answer.
 * @param entries The batch as it was sent.
 * @param context What the connector works with.
 * @param isRepetition Whether the outcome of an earlier send is not known: a refusal says nothing about that one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { settleAnswer } from "./answer.ts";
 *
 * const entries = [{ entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false }];
 * const taken = await settleAnswer(new Response(null, { status: 204 }), entries, testContext());
 * assert.deepEqual(taken, { results: [{ entry_key: "a", state: "exported" }] });
 * const refused = await settleAnswer(new Response("No account 9", { status: 400 }), entries, testContext());
 * assert.equal(refused.refused_whole_batch, true);
 * ```
 */
export async function settleAnswer(
  response: Response,
  entries: readonly Entry[],
  context: Pick<ConnectorContext, "clock" | "secrets" | "signal">,
  isRepetition = false,
): Promise<ExportOutcome> {
  const { status, headers } = response;
  if (!mayNameEntries(status)) {
    // The body is of no use; leaving it unread would keep the connection.
    await response.body?.cancel();
    return unsettled(entries, statusFault(status, hintOf(headers, context.clock.now())));
  }
  const text = await readBody(response, context.signal);
  if (text === null) return unsettled(entries, malformed(status, "is too large"));
  const found = text.trim() !== "" && isJson(headers, text)
    ? parseResults(text, entries, context.secrets)
    : null;
  if (found?.kind === "results") {
    const open = new Set(openEntries(entries).map((entry) => entry.entry_key));
    return { results: found.results.filter((result) => open.has(result.entry_key)) };
  }
  // A refusal took nothing, unless its unreadable list calls some entry exported.
  if (found?.kind === "malformed" && (response.ok || /"exported"/.test(text))) {
    return unsettled(entries, malformed(status, found.reason));
  }
  if (!response.ok) return settleRefusal(response, text, entries, context, isRepetition);
  if (found?.kind === "error") return unsettled(entries, malformed(status, "speaks of an error"));
  if (found === null && /^\s*<(!doctype|html)/i.test(text)) {
    // A login or maintenance page with status 200: the receiver did not take the entries, or we cannot know.
    return unsettled(entries, malformed(status, "is a web page"));
  }
  return { results: allEntries(openEntries(entries), "exported") };
}

/** Nothing was taken by this request. What it says of the entries depends on whether it was the first of its batch. */
function settleRefusal(
  { status, headers }: Response,
  text: string,
  entries: readonly Entry[],
  { clock, secrets }: Pick<ConnectorContext, "clock" | "secrets">,
  isRepetition: boolean,
): ExportOutcome {
  const keys = entries.map((entry) => entry.entry_key);
  const { words, namesEntries } = readRefusal(secrets.redact(text), keys, status);
  if (!isAboutEntries(status, namesEntries)) {
    return unsettled(entries, statusFault(status, hintOf(headers, clock.now()), words));
  }
  if (isRepetition) return unsettled(entries, repetitionRefused(status, words));
  const outcome = unsettled(entries, entriesRefused(status, words));
  return { ...outcome, refused_whole_batch: true, batch_too_large: isTooLarge(status) };
}

/** Null when it is too large. A refusal whose body does not arrive, or is that large, is one without words. */
async function readBody(response: Response, signal: AbortSignal): Promise<string | null> {
  try {
    const body = await readLimited(response.body, maxAnswerBytes);
    if (body.kind === "text") return body.text;
    return response.ok ? null : "";
  } catch (error) {
    if (response.ok || signal.aborted) throw error;
    return "";
  }
}

function hintOf(headers: Headers, now: number): number | null {
  return retryAfterSeconds(headers.get("retry-after"), now);
}

/**
 * No entry is settled by this: they are open again, or unknown where the batch may have been taken.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "../../core/errors.ts";
 * import { unsettled } from "./answer.ts";
 *
 * const entries = [{ entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false }];
 * const dropped = failure("ambiguous", "webhook_outcome_unknown", "The connection was lost.");
 * assert.deepEqual(unsettled(entries, dropped).results, [{ entry_key: "a", state: "unknown" }]);
 * ```
 */
export function unsettled(entries: readonly Entry[], why: Failure): ExportOutcome {
  const state = why.class === "ambiguous" ? "unknown" : "pending";
  return { results: allEntries(openEntries(entries), state), failure: why };
}

function malformed(status: number, reason: string): Failure {
  const message = `The receiver answered ${status}, but its answer ${reason}; the same batch is sent again.`;
  return failure("ambiguous", "webhook_malformed_answer", message);
}

/** Also by its looks: frameworks by default call what they write text or HTML. */
function isJson(headers: Headers, text: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "") || /^\s*\{/.test(text);
}
