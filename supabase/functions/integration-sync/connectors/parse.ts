import type * as z from "../core/zod.ts";
import { SyncError } from "../core/errors.ts";

/** A name that a person misspelt. A secret that was pasted in its place looks otherwise, or is a value, too. */
const NAME = /^[A-Za-z_]{1,30}$/;
const MOST_FAULTS = 3;

/**
 * Parses what a person configured; a fault names the field, never its value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { parseOrThrow } from "./parse.ts";
 *
 * const schema = z.object({ size: z.number("must be a number") });
 * assert.throws(() => parseOrThrow(schema, { size: "x" }, "invalid_config", "The configuration"), {
 *   code: "invalid_config",
 *   message: "The configuration is not valid: size must be a number.",
 * });
 * assert.throws(() => parseOrThrow(z.strictObject({ token: z.string() }), { tokn: "x" }, "invalid_credentials", "The token"), {
 *   message: "The token is not valid: token is missing, tokn is not known.",
 * });
 * ```
 */
export function parseOrThrow<T>(
  schema: z.ZodMiniType<T>,
  raw: unknown,
  code: "invalid_config" | "invalid_credentials",
  subject: string,
): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => describeIssue(issue, raw)).slice(0, MOST_FAULTS);
  throw new SyncError(code, `${subject} is not valid: ${faults.join(", ")}.`);
}

function describeIssue(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const at = (text: string) => [...issue.path, text].join(" ");
  if (issue.code === "unrecognized_keys") {
    const values = JSON.stringify(Object.values(Object(valueAt(raw, issue.path))));
    return issue.keys.map((key) => {
      const isName = NAME.test(key) && !values.includes(key);
      return at(isName ? `${key} is not known` : "a field is not known");
    });
  }
  const isMissing = issue.path.length > 0 && valueAt(raw, issue.path) === undefined;
  return [at(isMissing ? "is missing" : issue.message)];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}
