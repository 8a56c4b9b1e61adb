import * as z from "../zod.ts";

/**
 * The address of an external system: https, or http to the machine itself; without a user name or password, which
 * would end up in logs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { endpointUrl } from "./endpoint_url.ts";
 *
 * assert.equal(endpointUrl.safeParse("https://erp.example/vouchers").success, true);
 * assert.equal(endpointUrl.safeParse("http://127.0.0.1:8080/").success, true);
 * assert.equal(endpointUrl.safeParse("http://erp.example/").success, false);
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
  // URL has already turned 127.1, 0x7f000001 and the like into four plain numbers.
  const isLoopback = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    return "must begin with https://";
  }
  return plain.test(text) ? null : "must be a complete address";
}
