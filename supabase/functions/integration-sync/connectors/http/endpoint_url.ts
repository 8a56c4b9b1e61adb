import * as z from "../../core/zod.ts";

/**
 * The address of an external system, without a user name or password, which would end up in logs. Whether the function
 * sends there is decided when it sends: see `guard_fetch.ts`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { endpointUrl } from "./endpoint_url.ts";
 *
 * assert.equal(endpointUrl.safeParse("https://erp.example/vouchers").success, true);
 * assert.equal(endpointUrl.safeParse("https://erp.example@evil.example/").success, false);
 * ```
 */
export const endpointUrl: z.ZodMiniString = z.string("must be a text").check(
  z.maxLength(2000, "is too long"),
  z.superRefine((text, context) => {
    const fault = urlFault(text);
    if (fault !== null) context.addIssue({ code: "custom", message: fault, input: text });
  }),
);

// URL forgives blanks, backslashes and missing slashes, and would go to another host than the one that the database reads.
const plain = /^https?:\/\/[^/?#@\\\s]+([/?#]\S*)?$/i;

function urlFault(text: string): string | null {
  if (!URL.canParse(text)) return "must be a complete address";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  if (!/^https?:$/.test(url.protocol)) return "must begin with https://";
  return plain.test(text) ? null : "must be a complete address";
}
