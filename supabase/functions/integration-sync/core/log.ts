import { SyncError } from "./errors.ts";

/** What a log line may carry: plain values that were picked one by one, so nothing secret rides along. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one event. */
export type Log = (event: string, fields: LogFields) => void;

/**
 * One JSON object a line, as the platform's log explorer reads them.
 *
 * @example
 * ```ts
 * import { consoleLog } from "./log.ts";
 *
 * consoleLog("slice_ended", { run_id: "00000000-0000-4000-8000-000000000001", outcome: "succeeded" });
 * ```
 */
export function consoleLog(event: string, fields: LogFields): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/**
 * An error as log fields. The text of a foreign error is left out, since it may quote an address with its query
 * or a piece of a payload; where it was thrown is not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { errorFields } from "./log.ts";
 *
 * const fields = errorFields(new TypeError("fetch https://erp.example/?key=secret"));
 * assert.equal(fields.error, "TypeError");
 * assert.ok(!JSON.stringify(fields).includes("secret"));
 * ```
 */
export function errorFields(error: unknown): LogFields {
  if (error instanceof SyncError) return { ...error.details, error: error.code, message: error.message };
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = error.stack?.match(/^ {4}at .*$/gm) ?? [];
  return { error: error.name, at: frames.slice(0, 5).join("\n") };
}
