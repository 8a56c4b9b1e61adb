import assert from "node:assert/strict";
import { testContext } from "../../../testing/connector_context.ts";
import { parseBusinessCentralConfig } from "../config.ts";
import { createTokenCache } from "./token.ts";

const config = parseBusinessCentralConfig({
  tenant_id: "t",
  environment: "Production",
  company: "C",
  journal: "J",
  currency: "NOK",
});
const credentials = { client_id: "a", client_secret: "b" };

for (
  const [what, other] of [
    ["another secret", { credentials: { ...credentials, client_secret: "c" } }],
    ["another tenant", { config: { ...config, tenant_id: "u" } }],
    ["another sign-in address", { config: { ...config, login_url: "http://127.0.0.1:9" } }],
  ] as const
) {
  Deno.test(`a token is used again, but not with ${what}`, async () => {
    let signIns = 0;
    const context = testContext({
      fetch: () => Promise.resolve(Response.json({ access_token: `token ${++signIns}`, expires_in: 3599 })),
    });
    const tokens = createTokenCache();
    assert.equal(await tokens.get(config, credentials, context), "token 1");
    assert.equal(await tokens.get(config, credentials, context), "token 1");
    const changed = { config, credentials, ...other };
    assert.equal(await tokens.get(changed.config, changed.credentials, context), "token 2");
  });
}

Deno.test("a sign-in that is refused says so with Microsoft's code, and without its description", async () => {
  const context = testContext({
    fetch: () =>
      Promise.resolve(Response.json({
        error: "invalid_client",
        error_codes: [7000222],
        error_description: "The ids of the tenant and of the request.",
      }, { status: 401 })),
  });
  await assert.rejects(createTokenCache().get(config, credentials, context), (error: Error) => {
    const { code, message } = Object(error).failure;
    assert.equal(code, "business_central_sign_in_refused");
    assert.match(message, /enter a new one \(invalid_client, AADSTS7000222\)\.$/);
    return true;
  });
});
