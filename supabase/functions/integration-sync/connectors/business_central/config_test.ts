import assert from "node:assert/strict";
import { parseBusinessCentralConfig, parseBusinessCentralCredentials } from "./config.ts";

const config = {
  tenant_id: "4b6a1b50-0000-4000-8000-000000000001",
  environment: "Production",
  company: "CRONUS NO",
  journal: "SYNC",
  currency: "NOK",
};

for (const url of ["http://127.0.0.1:7048", "http://localhost:7048/", "http://[::1]:7048"]) {
  Deno.test(`parseBusinessCentralConfig accepts api_url and login_url when they are ${url}`, () => {
    assert.equal(parseBusinessCentralConfig({ ...config, api_url: url, login_url: url }).api_url, url);
  });
}

for (
  const changes of [
    { api_url: "https://api.businesscentral.dynamics.com" },
    { api_url: "http://127.0.0.1.evil.example" },
    { login_url: "http://user@127.0.0.1" },
    { login_url: "https://127.0.0.1" },
    { api_url: "http://127.0.0.1/path" },
    { tenant_id: "a/b" },
    { environment: "../admin" },
    { environment: ".." },
    { tenant_id: "." },
    { environment: "" },
    { company: " " },
    { journal: undefined },
    { currency: "nok" },
    { dimensions: { department: { to: "A".repeat(21) } } },
    { dimensions: { department: { to: "avdeling" }, project: { to: "AVDELING" } } },
    { dimensions: { department: { to: "AVDELING", codes: { Salg: "" } } } },
    { vat_codes: { "25": 25 } },
    { ignored_fields: { voucher: ["description"] } },
    { currency: undefined },
    { batch_size: 0 },
    { batch_size: 101 },
    { timeout_seconds: 61 },
    { settle_seconds: -1 },
    { client_secret: "hidden" },
  ]
) {
  Deno.test(`parseBusinessCentralConfig refuses a config when it has ${JSON.stringify(changes)}`, () => {
    assert.throws(() => parseBusinessCentralConfig({ ...config, ...changes }), (error: Error) => {
      assert.equal((error as Error & { code?: string }).code, "invalid_config");
      return !error.message.includes("hidden") && !error.message.includes("evil");
    });
  });
}

for (const raw of [null, {}, { client_id: "a" }, { client_id: "a", client_secret: "" }, "secret"]) {
  Deno.test(`parseBusinessCentralCredentials refuses when it reads ${JSON.stringify(raw)}`, () => {
    assert.throws(() => parseBusinessCentralCredentials(raw), { code: "invalid_credentials" });
  });
}
