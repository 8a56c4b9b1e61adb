import * as z from "../../core/zod.ts";
import { endpointUrl } from "../http/endpoint_url.ts";
import { entryRules } from "../entry_rules.ts";
import { ignoredFields } from "../ignored_fields.ts";
import { parseOrThrow } from "../parse.ts";
import { vendorTimeout } from "../http/vendor_timeout.ts";
import { dimensionRules, vatCodes } from "../../vouchers/voucher_coding.ts";

/** Most nodes of a mass mutation: official documentation, gathered November 2026. */
const mostNodes = 500;

const code = z.string("must be a text").check(z.regex(/\S/, "must not be empty"));

function whole(least: number, most: number): z.ZodMiniNumber {
  const range = `must be ${least} to ${most}`;
  return z.int("must be a whole number").check(z.minimum(least, range), z.maximum(most, range));
}

const configSchema = z.strictObject({
  url: z._default(endpointUrl, "https://www.xledger.net/graphql"),
  batch_size: z._default(whole(1, 500), 100),
  max_nodes: z._default(whole(2, mostNodes), mostNodes),
  timeout_seconds: z._default(whole(vendorTimeout.shortest, vendorTimeout.longest), vendorTimeout.usual),
  transaction_source: z.optional(code),
  transaction_sources: z._default(z.record(z.string(), code), {}),
  job_level: z.optional(z.union([
    z.strictObject({ dbId: z.int() }),
    z.strictObject({ dbSubId: z.int() }),
  ], "must be { dbId } or { dbSubId }")),
  vat_codes: vatCodes(code),
  dimensions: dimensionRules(
    z.enum(
      ["glObject1", "glObject2", "glObject3", "glObject4", "glObject5"],
      "must be glObject1 to glObject5",
    ),
    code,
  ),
  ignored_fields: ignoredFields,
  amount_field: z._default(
    z.enum(["invoiceAmount", "amount"], "must be invoiceAmount or amount"),
    "invoiceAmount",
  ),
  counts_as_exported: z._default(z.enum(["imported", "staged"], "must be imported or staged"), "imported"),
  import_wait_seconds: z._default(whole(1, 60), 15),
  visibility_seconds: z._default(whole(0, 86_400), 300),
  import_error_link: z._default(
    z.enum(["transactionDbId", "dbId"], "must be transactionDbId or dbId"),
    "transactionDbId",
  ),
  ...entryRules,
}, { error: (issue) => issue.code === "invalid_type" ? "must be an object" : undefined });

const credentialsSchema = z.strictObject({
  // What fits into a header. Xledger's own words for a wrong one would come only with the first request.
  token: z.string("must be a text").check(
    z.regex(/^[\x21-\x7e]+$/, "must be the token alone, without blanks"),
  ),
}, { error: (issue) => issue.code === "invalid_type" ? "token is missing" : undefined });

/** The configuration of an Xledger integration. */
export type XledgerConfig = z.infer<typeof configSchema>;
/** The API token; it brings its rights and its entity with it. */
export type XledgerCredentials = z.infer<typeof credentialsSchema>;

/**
 * Parses the configuration; all of it is optional.
 *
 * | field | default | meaning |
 * | --- | --- | --- |
 * | `url` | Xledger's own | GraphQL endpoint; `https://demo.xledger.net/graphql` for a demo tenant |
 * | `batch_size` | 100 | entries a batch |
 * | `max_nodes` | 500 | lines a mutation; a voucher is never split |
 * | `timeout_seconds` | 30 | for one exchange: see {@linkcode vendorTimeout} |
 * | `transaction_source` | none sent | code of the transaction source of vouchers without a `voucher_type` |
 * | `transaction_sources` | `{}` | codes by `voucher_type`; a type that is not listed is refused |
 * | `job_level` | none sent | `{ dbId }` or `{ dbSubId }`: how far Xledger takes imported vouchers by itself |
 * | `vat_codes` | none | codes of tax rules by `vat_code`, or `same`; without it a `vat_code` is refused |
 * | `dimensions` | `{}` | by `department`, `project` or a further name: `{ to: "glObject1" to "5", codes }` |
 * | `ignored_fields` | none | see {@linkcode ignoredFields} |
 * | `amount_field` | `invoiceAmount` | the amount in the voucher's currency; `amount` for tenants that read that one |
 * | `counts_as_exported` | `imported` | `staged` where people start the import and the queue should not wait for them |
 * | `import_wait_seconds` | 15 | how long a batch waits for its import before it is left to a later attempt |
 * | `visibility_seconds` | 300 | how late Xledger may do something, and show it; missing for three times as long is absent |
 * | `period_rule`, `fiscal_year_ends` | `posting_date`, 12 | see {@linkcode entryRules} |
 * | `ignored_fields` | none | see `ignoredFields` |
 * | `import_error_link` | `transactionDbId` | the field of an import error that names the item |
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseXledgerConfig } from "./config.ts";
 *
 * assert.equal(parseXledgerConfig({}).url, "https://www.xledger.net/graphql");
 * assert.throws(() => parseXledgerConfig({ max_nodes: 501 }), {
 *   message: "The configuration is not valid: max_nodes must be 2 to 500.",
 * });
 * ```
 */
export function parseXledgerConfig(raw: unknown): XledgerConfig {
  return parseOrThrow(configSchema, raw, "invalid_config", "The configuration");
}

/**
 * Parses `{ token }`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseXledgerCredentials } from "./config.ts";
 *
 * assert.equal(parseXledgerCredentials({ token: "abc" }).token, "abc");
 * assert.throws(() => parseXledgerCredentials(null), { code: "invalid_credentials" });
 * ```
 */
export function parseXledgerCredentials(raw: unknown): XledgerCredentials {
  return parseOrThrow(credentialsSchema, raw, "invalid_credentials", "The API token");
}
