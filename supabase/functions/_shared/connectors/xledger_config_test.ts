import assert from "node:assert/strict";
import { parseXledgerConfig, parseXledgerCredentials } from "./xledger_config.ts";

const invalid = (problem: string) => ({
  code: "invalid_config",
  message: `The configuration is not valid: ${problem}.`,
});

for (
  const [config, problem] of [
    [null, "must be an object"],
    [{ url: "http://www.xledger.net/graphql" }, "url must begin with https://"],
    [{ batch_size: 0 }, "batch_size must be 1 to 500"],
    [{ max_nodes: 501 }, "max_nodes must be 2 to 500"],
    [{ max_nodes: 1 }, "max_nodes must be 2 to 500"],
    [{ timeout_seconds: 61 }, "timeout_seconds must be 1 to 60"],
    [{ transaction_source: "" }, "transaction_source must not be empty"],
    [{ transaction_sources: { expense: 1 } }, "transaction_sources expense must be a text"],
    [{ job_level: 3 }, "job_level must be { dbId } or { dbSubId }"],
    [{ department: "glObject6" }, "department must be glObject1 to glObject5"],
    [{ amount_field: "net" }, "amount_field must be invoiceAmount or amount"],
    [{ counts_as_exported: "sent" }, "counts_as_exported must be imported or staged"],
    [{ visibility_seconds: -1 }, "visibility_seconds must be 0 to 86400"],
    [{ visibility_second: 1 }, "has unknown fields"],
  ] as const
) {
  Deno.test(`parseXledgerConfig refuses ${JSON.stringify(config)}`, () => {
    assert.throws(() => parseXledgerConfig(config), invalid(problem));
  });
}

for (
  const [credentials, problem] of [
    [null, "token is missing"],
    [{}, "token must be a text"],
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
