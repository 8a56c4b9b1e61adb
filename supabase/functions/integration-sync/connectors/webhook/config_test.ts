import assert from "node:assert/strict";
import { parseWebhookConfig, parseWebhookCredentials } from "./config.ts";

const url = "https://erp.example/vouchers";

for (
  const accepted of [
    "https://erp.example/vouchers?key=1",
    "https://10.0.0.1:8443/",
    "http://127.0.0.1:9000/",
    "http://kong:8000/functions/v1/demo-receiver",
  ]
) {
  Deno.test(`parseWebhookConfig accepts the url when it is ${accepted}`, () => {
    assert.equal(parseWebhookConfig({ url: accepted }).url, accepted);
  });
}

for (
  const [refused, message] of [
    ["ftp://localhost/", "url must begin with https://"],
    ["javascript:alert(1)", "url must begin with https://"],
    ["https://user:pass@erp.example/", "url must not hold a user name or password"],
    ["http://user@erp.example/", "url must not hold a user name or password"],
    ["/vouchers", "url must be a complete address"],
    ["", "url must be a complete address"],
    [`https://erp.example/${"x".repeat(2000)}`, "url is too long"],
    [42, "url must be a text"],
    [undefined, "url is missing"],
  ] as const
) {
  Deno.test(`parseWebhookConfig refuses the url when it is ${String(refused).slice(0, 40)}`, () => {
    const expected = { code: "invalid_config", message: `The configuration is not valid: ${message}.` };
    assert.throws(() => parseWebhookConfig({ url: refused }), expected);
  });
}

for (
  const fields of [
    { batch_size: 0 },
    { batch_size: 501 },
    { batch_size: 1.5 },
    { batch_size: "100" },
    { timeout_seconds: 0.5 },
    { timeout_seconds: 61 },
    { timeout_seconds: null },
    { follow_redirects: true },
  ]
) {
  Deno.test(`parseWebhookConfig refuses a config when it has ${JSON.stringify(fields)}`, () => {
    assert.throws(() => parseWebhookConfig({ url, ...fields }), { code: "invalid_config" });
  });
}

for (const raw of [null, undefined, "https://erp.example", [], 7]) {
  Deno.test(`parseWebhookConfig refuses a config when it is ${JSON.stringify(raw)}`, () => {
    assert.throws(() => parseWebhookConfig(raw), {
      code: "invalid_config",
      message: "The configuration is not valid: must be an object.",
    });
  });
}

Deno.test("parseWebhookConfig names no value when it refuses a config", () => {
  const raw = { url: "ftp://erp.example/?key=hidden", hidden: "hidden", batch_size: "hidden" };
  assert.throws(() => parseWebhookConfig(raw), (error: Error) => !error.message.includes("hidden"));
});

for (
  const signing_secret of [
    "",
    "whsec_",
    btoa("a".repeat(32)),
    `whsec_${btoa("a".repeat(23))}`,
    `whsec_${btoa("a".repeat(65))}`,
    "whsec_not base64 at all, whatever it is",
    null,
  ]
) {
  Deno.test(`parseWebhookCredentials refuses a secret when it is ${JSON.stringify(signing_secret)}`, () => {
    assert.throws(() => parseWebhookCredentials({ signing_secret }), (error: Error & { code?: string }) => {
      const leaks = typeof signing_secret === "string" && signing_secret.length > 6 &&
        error.message.includes(signing_secret);
      return error.code === "invalid_credentials" && !leaks;
    });
  });
}

Deno.test("parseWebhookCredentials says what is missing when the integration has none", () => {
  assert.throws(() => parseWebhookCredentials(null), {
    code: "invalid_credentials",
    message: "The signing secret is not valid: signing_secret is missing.",
  });
});
