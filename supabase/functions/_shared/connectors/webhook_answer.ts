import { allEntries, type Entry, openEntries } from "../entries.ts";
import { type Failure, failure } from "../errors.ts";
import { readLimited } from "../read_limited.ts";
import { retryAfterSeconds } from "../retry_after.ts";
import type { ConnectorContext, ExportOutcome } from "./connector.ts";
import { parseResults } from "./webhook_results.ts";
import { statusFailure } from "./webhook_status.ts";

// 500 results with an error text each fit several times.
const maxAnswerBytes = 1024 * 1024;

/**
 * Turns a receiver's answer into what became of the batch. 2xx means that it took all entries unless its JSON
 * says otherwise entry by entry; 422 may carry the same list. It answers for the whole batch; of the entries that
 * were settled before, nothing is passed on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../testing/connector_context.ts";
 * import { settleAnswer } from "./webhook_answer.ts";
 *
 * const entries = [{ entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false }];
 * const taken = await settleAnswer(new Response(null, { status: 204 }), entries, testContext());
 * assert.deepEqual(taken, { results: [{ entry_key: "a", state: "exported" }] });
 * ```
 */
export async function settleAnswer(
  response: Response,
  entries: readonly Entry[],
  { clock, secrets }: Pick<ConnectorContext, "clock" | "secrets">,
): Promise<ExportOutcome> {
  const hint = retryAfterSeconds(response.headers.get("retry-after"), clock.now());
  if (!response.ok && response.status !== 422) {
    // The body is of no use; leaving it unread would keep the connection.
    await response.body?.cancel();
    return unsettled(entries, statusFailure(response.status, hint));
  }

  const body = await readLimited(response.body, maxAnswerBytes);
  if (body.kind === "too_large") return unsettled(entries, malformed(response.status, "is too large"));
  if (response.ok && body.text.trim() === "") {
    return { results: allEntries(openEntries(entries), "exported") };
  }
  if (isJson(response.headers, body.text)) {
    const found = parseResults(body.text, entries, secrets);
    if (found.kind === "results") {
      const open = new Set(openEntries(entries).map((entry) => entry.entry_key));
      return { results: found.results.filter((result) => open.has(result.entry_key)) };
    }
    if (found.kind === "malformed") return unsettled(entries, malformed(response.status, found.reason));
    if (found.kind === "error" && response.ok) {
      return unsettled(entries, malformed(response.status, "speaks of an error"));
    }
  } else if (response.ok && /^\s*<(!doctype|html)/i.test(body.text)) {
    // A login or maintenance page with status 200: nobody took the entries, or we cannot know.
    return unsettled(entries, malformed(response.status, "is a web page"));
  }
  if (response.ok) return { results: allEntries(openEntries(entries), "exported") };
  return unsettled(entries, statusFailure(response.status, hint));
}

/**
 * No entry is settled by this: they are open again, or unknown where the batch may have been taken.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "../errors.ts";
 * import { unsettled } from "./webhook_answer.ts";
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

/** Also by its looks: frameworks that are not told otherwise call what they write text or HTML. */
function isJson(headers: Headers, text: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "") || /^\s*\{/.test(text);
}
