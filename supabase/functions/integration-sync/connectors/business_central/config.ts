import * as z from "../../core/zod.ts";
import { entryRules } from "../entry_rules.ts";
import { ignoredFields } from "../ignored_fields.ts";
import { parseOrThrow } from "../parse.ts";
import { vendorTimeout } from "../http/vendor_timeout.ts";
import { dimensionRules, vatCodes } from "../../vouchers/voucher_coding.ts";

const timeoutRange = `must be ${vendorTimeout.shortest} to ${vendorTimeout.longest}`;
const settleRange = "must be 0 to 3600";

const text = (longest: number) =>
  z.string("must be a text").check(
    z.regex(/\S/, "must not be empty"),
    z.maxLength(longest, "is too long"),
  );
// Both become parts of a path, so nothing may end the part.
const pathPart = (longest: number) =>
  text(longest).check(z.regex(/^(?!\.\.?$)[\w. -]+$/, "has unexpected characters"));
const loopback = z.optional(
  z.string("must be a text").check(z.refine<string>(isLoopback, "may only be an address of this machine")),
);

/** A field of type Code: 20 characters, stored in capitals and without blanks around them. */
const code = z.pipe(text(20), z.transform((text: string) => text.trim().toUpperCase()));

const configSchema = z.strictObject({
  tenant_id: pathPart(100),
  environment: pathPart(50),
  company: text(200),
  journal: text(100),
  currency: z.string("must be a text").check(
    z.regex(/^[A-Z]{3}$/, "must be a currency code of three capital letters"),
  ),
  batch_size: z._default(
    z.int("must be a whole number").check(
      z.minimum(1, "must be 1 to 100"),
      z.maximum(100, "must be 1 to 100"),
    ),
    25,
  ),
  timeout_seconds: z._default(
    z.number("must be a number").check(
      z.minimum(vendorTimeout.shortest, timeoutRange),
      z.maximum(vendorTimeout.longest, timeoutRange),
    ),
    vendorTimeout.longest,
  ),
  settle_seconds: z._default(
    z.number("must be a number").check(z.minimum(0, settleRange), z.maximum(3600, settleRange)),
    600,
  ),
  ignored_fields: ignoredFields,
  vat_codes: vatCodes(code),
  dimensions: dimensionRules(code, code),
  api_url: loopback,
  login_url: loopback,
  ...entryRules,
}, { error: (issue) => issue.code === "invalid_type" ? "must be an object" : undefined });

const credentialsSchema = z.strictObject({
  client_id: text(200),
  client_secret: text(500),
}, {
  error: (issue) => issue.code === "invalid_type" ? "client_id and client_secret are missing" : undefined,
});

/** The configuration of a Business Central integration. */
export type BusinessCentralConfig = z.infer<typeof configSchema>;
/** The app registration in Microsoft Entra ID that signs in. */
export type BusinessCentralCredentials = z.infer<typeof credentialsSchema>;

/**
 * Parses the configuration:
 *
 * - `tenant_id`, `environment`: where the company is; `company`: its id, name or display name; `journal`: id or code of
 *   a general journal that nothing else uses.
 * - `currency`: the company's local currency. Journal lines of the API have no currency, so an entry in another one
 *   would be booked as if it were in this one; it is rejected instead.
 * - `batch_size`: vouchers a posting. `timeout_seconds`: see {@linkcode vendorTimeout}; the longest, for posting is slow.
 * - `settle_seconds`: how long Business Central may still carry out a request whose connection was lost. It ends them
 *   after 10 minutes at the latest. Until then an entry without a trace is not sent again. Less is for tests.
 * - `vat_codes`: codes of VAT product posting groups by `vat_code`, or `same`; without it a `vat_code` is refused.
 * - `dimensions`: by `department`, `project` or a further name the code of a dimension, and of its values.
 * - `ignored_fields`: see {@linkcode ignoredFields}; `period_rule`, `fiscal_year_ends`: see {@linkcode entryRules}.
 * - `api_url`, `login_url`: replace Microsoft's hosts, on this machine only, because they get secrets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseBusinessCentralConfig } from "./config.ts";
 *
 * const config = parseBusinessCentralConfig({
 *   tenant_id: "contoso.onmicrosoft.com",
 *   environment: "Production",
 *   company: "CRONUS NO",
 *   journal: "SYNC",
 *   currency: "NOK",
 * });
 * assert.equal(config.batch_size, 25);
 * assert.throws(() => parseBusinessCentralConfig({ ...config, api_url: "https://erp.example" }), {
 *   message: "The configuration is not valid: api_url may only be an address of this machine.",
 * });
 * ```
 */
export function parseBusinessCentralConfig(raw: unknown): BusinessCentralConfig {
  return parseOrThrow(configSchema, raw, "invalid_config", "The configuration");
}

/**
 * Parses `{ client_id, client_secret }`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseBusinessCentralCredentials } from "./config.ts";
 *
 * const credentials = { client_id: "5f8b9e6c-0000-4000-8000-000000000001", client_secret: "secret" };
 * assert.deepEqual(parseBusinessCentralCredentials(credentials), credentials);
 * assert.throws(() => parseBusinessCentralCredentials(null), { code: "invalid_credentials" });
 * ```
 */
export function parseBusinessCentralCredentials(raw: unknown): BusinessCentralCredentials {
  return parseOrThrow(credentialsSchema, raw, "invalid_credentials", "The app registration");
}

function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, pathname, search } = new URL(address);
  const isBare = username === "" && pathname === "/" && search === "";
  return isBare && protocol === "http:" && /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname);
}
