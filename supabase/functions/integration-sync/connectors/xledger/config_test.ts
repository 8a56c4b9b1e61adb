import assert from "node:assert/strict";
import { parseXledgerConfig, parseXledgerCredentials } from "./config.ts";

const invalid = (problem: string) => ({
  code: "invalid_config",
  message: `The configuration is not valid: ${problem}.`,
});

for (
  const [config, problem] of [
    [null, "must be an object"],
    [{ url: "ftp://www.xledger.net/graphql" }, "url must begin with https://"],
    [{ batch_size: 0 }, "batch_size must be 1 to 500"],
    [{ max_nodes: 501 }, "max_nodes must be 2 to 500"],
    [{ max_nodes: 1 }, "max_nodes must be 2 to 500"],
    [{ timeout_seconds: 61 }, "timeout_seconds must be 1 to 60"],
    [{ transaction_source: "" }, "transaction_source must not be empty"],
    [{ transaction_sources: { expense: 1 } }, "transaction_sources expense must be a text"],
    [{ job_level: 3 }, "job_level must be { dbId } or { dbSubId }"],
    [{ department: "glObject1" }, "department is not known"],
    [
      { dimensions: { department: { to: "glObject6" } } },
      "dimensions department to must be glObject1 to glObject5",
    ],
    [
      { dimensions: { department: { to: "glObject1" }, project: { to: "glObject1" } } },
      "dimensions sends two names to one dimension",
    ],
    [
      { dimensions: { department: { to: "glObject1", codes: { Salg: 10 } } } },
      "dimensions department codes Salg must be a text",
    ],
    [
      { dimensions: { department: "glObject1" } },
      'dimensions department must be an object, {"to": "...", "codes": {}}',
    ],
    [{ vat_codes: "25" }, 'vat_codes must be "same" or an object of VAT codes and their codes there'],
    [
      { ignored_fields: ["employee"] },
      'ignored_fields must be an object of lists, {"voucher": [], "line": []}',
    ],
    [{ ignored_fields: { lines: [] } }, "ignored_fields lines is not known"],
    [{ ignored_fields: { line: ["debit"] } }, "ignored_fields line 0 names a field that every voucher needs"],
    [{ amount_field: "net" }, "amount_field must be invoiceAmount or amount"],
    [{ counts_as_exported: "sent" }, "counts_as_exported must be imported or staged"],
    [{ visibility_seconds: -1 }, "visibility_seconds must be 0 to 86400"],
    [{ visibility_second: 1 }, "visibility_second is not known"],
  ] as const
) {
  Deno.test(`parseXledgerConfig refuses ${JSON.stringify(config)}`, () => {
    assert.throws(() => parseXledgerConfig(config), invalid(problem));
  });
}

for (
  const [credentials, problem] of [
    [null, "token is missing"],
    [{}, "token is missing"],
    [{ tokn: "abc" }, "token is missing, tokn is not known"],
    [
      { token: "abc", tokn: "tokn", [`${"ab".repeat(20)}`]: "" },
      "a field is not known, a field is not known",
    ],
    [{ token: 7 }, "token must be a text"],
    [{ token: "" }, "token must be the token alone, without blanks"],
    [{ token: "token abc" }, "token must be the token alone, without blanks"],
    [{ token: "a\nb" }, "token must be the token alone, without blanks"],
  ] as const
) {
  Deno.test(`parseXledgerCredentials refuses ${JSON.stringify(credentials)} without quoting it`, () => {
    assert.throws(() => parseXledgerCredentials(credentials), {
      code: "invalid_credentials",
      message: `The API token is not valid: ${problem}.`,
    });
  });
}
