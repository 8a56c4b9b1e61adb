import type * as z from "zod/mini";
import { SyncError } from "../errors.ts";

/**
 * Parses what a person configured; a fault names the field, never its value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "zod/mini";
 * import { parseOrThrow } from "./parse.ts";
 *
 * const schema = z.object({ size: z.number("must be a number") });
 * assert.throws(() => parseOrThrow(schema, { size: "x" }, "invalid_config", "The configuration"), {
 *   code: "invalid_config",
 *   message: "The configuration is not valid: size must be a number.",
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
  const faults = parsed.error.issues.slice(0, 3).map((issue) => {
    const text = issue.code === "unrecognized_keys" ? "has unknown fields" : issue.message;
    return [...issue.path, text].join(" ");
  });
  throw new SyncError(code, `${subject} is not valid: ${faults.join("; ")}.`);
}
