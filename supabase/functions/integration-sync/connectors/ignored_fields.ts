import * as z from "../core/zod.ts";

/** Fields of a voucher and of its lines that an integration leaves out on purpose. */
export interface IgnoredFields {
  readonly voucher: readonly string[];
  readonly line: readonly string[];
}

// Without these there is no voucher.
const needed = {
  voucher: ["posting_date", "currency", "description", "lines"],
  line: ["account", "debit", "credit"],
} as const;

function names(part: keyof typeof needed) {
  const always: readonly string[] = needed[part];
  const name = z.string("must be a field's name").check(
    z.regex(/\S/, "must not be empty"),
    z.maxLength(100, "is too long"),
    z.refine<string>((field) => !always.includes(field), "names a field that every voucher needs"),
  );
  return z._default(z.array(name, "must be a list of fields").check(z.maxLength(100, "is too long")), []);
}

/**
 * `ignored_fields` of an integration's configuration: `{ "voucher": ["employee"], "line": ["project"] }`. A listed
 * field is left out of what is sent, whether the connector could export it or not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ignoredFields } from "./ignored_fields.ts";
 *
 * assert.deepEqual(ignoredFields.parse({ line: ["project"] }), { voucher: [], line: ["project"] });
 * assert.equal(ignoredFields.safeParse({ line: ["account"] }).success, false);
 * ```
 */
export const ignoredFields: z.ZodMiniType<IgnoredFields> = z._default(
  z.strictObject({ voucher: names("voucher"), line: names("line") }, {
    error: (issue) =>
      issue.code === "invalid_type" ? 'must be an object of lists, {"voucher": [], "line": []}' : undefined,
  }),
  { voucher: [], line: [] },
);
