import * as z from "../../core/zod.ts";
import { endpointUrl } from "../http/endpoint_url.ts";
import { entryRules } from "../entry_rules.ts";
import { parseOrThrow } from "../parse.ts";
import { vendorTimeout } from "../http/vendor_timeout.ts";

const secretPrefix = "whsec_";

const timeoutRange = `must be ${vendorTimeout.shortest} to ${vendorTimeout.longest}`;

const configSchema = z.strictObject({
  url: endpointUrl,
  batch_size: z._default(
    z.int("must be a whole number").check(
      z.minimum(1, "must be 1 to 500"),
      z.maximum(500, "must be 1 to 500"),
    ),
    100,
  ),
  timeout_seconds: z._default(
    z.number("must be a number").check(
      z.minimum(vendorTimeout.shortest, timeoutRange),
      z.maximum(vendorTimeout.longest, timeoutRange),
    ),
    vendorTimeout.usual,
  ),
  payloads: z._default(z.enum(["vouchers", "free"], "must be vouchers or free"), "vouchers"),
  ...entryRules,
}, { error: (issue) => issue.code === "invalid_type" ? "must be an object" : undefined });

const credentialsSchema = z.strictObject({
  signing_secret: z.pipe(
    z.string("must be a text"),
    z.transform((text: string, context) => {
      const key = decodeSecret(text);
      // The bounds of the Standard Webhooks specification.
      if (key !== null && key.byteLength >= 24 && key.byteLength <= 64) return key;
      const message = "must be whsec_ and the base64 of 24 to 64 bytes";
      context.issues.push({ code: "custom", message, input: text });
      return z.NEVER;
    }),
  ),
}, { error: (issue) => issue.code === "invalid_type" ? "signing_secret is missing" : undefined });

/** The configuration of a webhook integration. */
export type WebhookConfig = z.infer<typeof configSchema>;
/** The decoded signing key. Without one nothing is sent: a receiver must be able to know that we sent a request. */
export type WebhookCredentials = z.infer<typeof credentialsSchema>;

/**
 * Parses `{ url, batch_size?, timeout_seconds?, payloads?, period_rule?, fiscal_year_ends? }`. The time-out is
 * for the whole exchange: see {@linkcode vendorTimeout}. `payloads` is `vouchers`, or `free` for an integration that
 * sends something else under `lines`; for the others see {@linkcode entryRules}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseWebhookConfig } from "./config.ts";
 *
 * const config = parseWebhookConfig({ url: "https://erp.example/vouchers" });
 * assert.deepEqual([config.batch_size, config.timeout_seconds], [100, 30]);
 * assert.throws(() => parseWebhookConfig({ url: "ftp://erp.example/" }), { code: "invalid_config" });
 * ```
 */
export function parseWebhookConfig(raw: unknown): WebhookConfig {
  return parseOrThrow(configSchema, raw, "invalid_config", "The configuration");
}

/**
 * Parses `{ signing_secret: "whsec_<base64>" }`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseWebhookCredentials } from "./config.ts";
 *
 * const secret = `whsec_${btoa("a".repeat(24))}`;
 * assert.equal(parseWebhookCredentials({ signing_secret: secret }).signing_secret.byteLength, 24);
 * assert.throws(() => parseWebhookCredentials(null), { code: "invalid_credentials" });
 * ```
 */
export function parseWebhookCredentials(raw: unknown): WebhookCredentials {
  return parseOrThrow(credentialsSchema, raw, "invalid_credentials", "The signing secret");
}

function decodeSecret(text: string): Uint8Array<ArrayBuffer> | null {
  if (!text.startsWith(secretPrefix)) return null;
  try {
    return Uint8Array.from(atob(text.slice(secretPrefix.length)), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
