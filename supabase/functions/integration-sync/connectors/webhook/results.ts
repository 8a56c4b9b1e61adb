import * as z from "../../core/zod.ts";
import type { Entry, EntryResult } from "../../vouchers/entries.ts";
import { parseExactJson } from "../../vouchers/exact_json.ts";
import type { Secrets } from "../../core/secrets.ts";
import { storableText } from "../../core/storable_text.ts";

const longestError = 500;
const longestId = 200;

// What is not needed to know what became of an entry is taken as it comes: to call the answer malformed for it would send
// the batch again and again. Numbers are texts of their digits here.
const resultSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("exported"), entry_key: z.string(), external_id: z.optional(z.unknown()) }),
  z.object({ state: z.literal("rejected"), entry_key: z.string(), error: z.optional(z.unknown()) }),
]);
const answerSchema = z.object({ results: z.array(resultSchema) });

/** What an answer's body says about the entries. */
export type BodyResults =
  /** It says nothing about entries: the status speaks for all of them. */
  | { readonly kind: "none" }
  /** It says nothing about entries, but that something went wrong: no status of success speaks against that. */
  | { readonly kind: "error" }
  | { readonly kind: "results"; readonly results: readonly EntryResult[] }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * Reads `{ results: [{ entry_key, state, external_id?, error? }] }` from an answer.
 *
 * A list must name every entry of the batch once and nothing else, otherwise it is malformed as a whole. An entry that
 * it leaves out may have been taken. The receiver can only be asked again with the whole batch: the same
 * Idempotency-Key with a part of the body would be another request.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createSecrets } from "../../core/secrets.ts";
 * import { parseResults } from "./results.ts";
 *
 * const entries = [{ entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false }];
 * const secrets = createSecrets();
 * assert.deepEqual(parseResults('{"results":[{"entry_key":"a","state":"exported"}]}', entries, secrets), {
 *   kind: "results",
 *   results: [{ entry_key: "a", state: "exported" }],
 * });
 * assert.equal(parseResults('{"results":[]}', entries, secrets).kind, "malformed");
 * assert.equal(parseResults('{"ok":true}', entries, secrets).kind, "none");
 * assert.equal(parseResults('{"error":"read-only"}', entries, secrets).kind, "error");
 * ```
 */
export function parseResults(body: string, entries: readonly Entry[], secrets: Secrets): BodyResults {
  let json: unknown;
  try {
    json = parseExactJson(body);
  } catch {
    return malformed("is not valid JSON");
  }
  if (typeof json !== "object" || json === null) return { kind: "none" };
  if (!Object.hasOwn(json, "results")) return { kind: hasError(json) ? "error" : "none" };
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) return malformed("has results in an unknown shape");

  const open = new Set(entries.map((entry) => entry.entry_key));
  const results: EntryResult[] = [];
  for (const result of parsed.data.results) {
    if (!open.delete(result.entry_key)) return malformed("names an entry twice, or one that was not sent");
    results.push(toEntryResult(result, secrets));
  }
  if (open.size > 0) return malformed(`leaves out ${open.size} of ${entries.length} entries`);
  return { kind: "results", results };
}

/** The ways in which frameworks write errors into answers of success. */
function hasError(json: object): boolean {
  const { error, errors, ok, success, status } = json as Readonly<Record<string, unknown>>;
  const isGiven = (value: unknown) =>
    typeof value === "object" ? Object.keys(value ?? {}).length > 0 : Boolean(value) && value !== "0";
  return isGiven(error) || isGiven(errors) || ok === false || success === false ||
    status === "error" || status === "fail";
}

function malformed(reason: string): BodyResults {
  return { kind: "malformed", reason };
}

function toEntryResult(result: z.infer<typeof resultSchema>, secrets: Secrets): EntryResult {
  const { entry_key } = result;
  if (result.state === "rejected") {
    // One line, of bounded length, never empty.
    const error = storableText(secrets.redact(wordsOf(result.error)), longestError);
    return {
      entry_key,
      state: "rejected",
      error: error || "The receiver rejected the entry without a reason.",
      nothing_left: true,
    };
  }
  const external_id = storableText(secrets.redact(wordsOf(result.external_id)), longestId);
  return { entry_key, state: "exported", ...(external_id === "" ? {} : { external_id }) };
}

function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return value ? String(value) : "";
  return "message" in value && typeof value.message === "string" ? value.message : JSON.stringify(value);
}
