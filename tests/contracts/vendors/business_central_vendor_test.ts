import assert from "node:assert/strict";
import {
  type BusinessCentral,
  startBusinessCentral,
} from "../../../local/vendors/business_central/business_central.ts";

const scope = "https://api.businesscentral.dynamics.com/.default";

async function signIn(fake: BusinessCentral, changes: Record<string, string> = {}): Promise<Response> {
  const { client_id, client_secret, tenant_id } = fake.app;
  const form = { grant_type: "client_credentials", client_id, client_secret, scope, ...changes };
  return await fetch(`${fake.url}/${tenant_id}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
}

/** A client of the fake that is signed in: method, path below the company, body. */
async function client(fake: BusinessCentral) {
  const { access_token } = await (await signIn(fake)).json();
  const root = `${fake.url}/v2.0/${fake.app.tenant_id}/${fake.environment}/api/v2.0`;
  const lines = `/companies(${fake.company.id})/journals(${fake.journal.id})/journalLines`;
  const call = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const response = await fetch(root + path, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json", ...headers },
    });
    const text = await response.text();
    return { status: response.status, text, json: text === "" ? null : JSON.parse(text) };
  };
  return {
    call,
    lines,
    ledger: `/companies(${fake.company.id})/generalLedgerEntries`,
    add: (fields: string) => call("POST", lines, `{${fields}}`),
    post: () =>
      call("POST", `/companies(${fake.company.id})/journals(${fake.journal.id})/Microsoft.NAV.post`, "{}"),
  };
}

const debit =
  '"lineNumber":1,"accountNumber":"6860","documentNumber":"ub-1","postingDate":"2026-01-12","amount":100.10';
const credit =
  '"lineNumber":2,"accountNumber":"2910","documentNumber":"UB-1","postingDate":"2026-01-12","amount":-100.1';

for (
  const [what, changes, status, error] of [
    ["the secret is wrong", { client_secret: "x" }, 401, "invalid_client"],
    ["the app is unknown", { client_id: "x" }, 400, "unauthorized_client"],
    ["the scope is wrong", { scope: "https://graph.microsoft.com/.default" }, 400, "invalid_scope"],
    ["the grant is wrong", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ] as const
) {
  Deno.test(`the token endpoint refuses when ${what}`, async () => {
    await using fake = await startBusinessCentral();
    const response = await signIn(fake, changes);
    assert.deepEqual([response.status, (await response.json()).error], [status, error]);
  });
}

Deno.test("the API answers 401 when a token has expired on the fake's clock", async () => {
  let now = 0;
  await using fake = await startBusinessCentral({ clock: { now: () => now } });
  const { call } = await client(fake);
  assert.equal((await call("GET", "/companies?$top=1&$select=id")).status, 200);
  now = 3_600_000;
  assert.equal((await call("GET", "/companies")).json.error.code, "Authentication_InvalidCredentials");
});

Deno.test("posting takes the whole journal into the ledger and leaves it empty", async () => {
  await using fake = await startBusinessCentral();
  const { add, post, call, ledger } = await client(fake);
  assert.equal((await post()).json.error.message, "There is nothing to post.");
  assert.equal((await add(debit)).status, 201);
  assert.match((await post()).json.error.message, /out of balance/);
  assert.equal((await add(credit)).status, 201);
  assert.equal((await post()).status, 204);
  assert.equal(fake.journal.lines.length, 0);
  const { json, text } = await call("GET", `${ledger}?$filter=documentNumber eq 'UB-1'`);
  assert.deepEqual(json.value.map((entry: Record<string, unknown>) => entry.accountNumber), ["6860", "2910"]);
  assert.ok(text.includes('"debitAmount":100.1,"creditAmount":0'));
  assert.ok(!text.includes("externalDocumentNumber"));
});

Deno.test("a line number is a key while the line is not posted, and an id cannot be chosen", async () => {
  await using fake = await startBusinessCentral();
  const { add, post } = await client(fake);
  const { json } = await add(`"id":"00000000-0000-4000-8000-000000000001",${debit}`);
  assert.notEqual(json.id, "00000000-0000-4000-8000-000000000001");
  assert.equal((await add(debit)).json.error.code, "Internal_EntityWithSameKeyExists");
  await add(credit);
  await post();
  assert.equal((await add(debit)).status, 201);
});

for (
  const [fields, code] of [
    [`"documentNumber":"${"x".repeat(21)}"`, "Application_StringExceededLength"],
    [`"externalDocumentNumber":"${"x".repeat(36)}"`, "Application_StringExceededLength"],
    ['"accountNumber":"9999"', "Application_DialogException"],
    ['"amount":"1.00"', "BadRequest"],
    ['"lineNumber":2147483648', "BadRequest"],
    ['"currency":"NOK"', "BadRequest"],
  ] as const
) {
  Deno.test(`a line is refused as ${code} when it has ${fields.slice(0, 40)}`, async () => {
    await using fake = await startBusinessCentral();
    assert.equal((await (await client(fake)).add(fields)).json.error.code, code);
  });
}

Deno.test("PATCH and DELETE need the ETag of the line as it is", async () => {
  await using fake = await startBusinessCentral();
  const { add, call, lines } = await client(fake);
  const { json } = await add(debit);
  const path = `${lines}(${json.id})`;
  const etag = { "if-match": json["@odata.etag"] };
  assert.equal((await call("PATCH", path, "{}")).json.error.code, "BadRequest_InvalidToken");
  assert.equal((await call("PATCH", path, '{"amount":5}', etag)).status, 200);
  assert.equal((await call("DELETE", path, undefined, etag)).json.error.code, "Request_EntityChanged");
  assert.equal((await call("DELETE", path, undefined, { "if-match": "*" })).status, 204);
  assert.equal((await call("DELETE", path, undefined, { "if-match": "*" })).status, 404);
});

for (
  const [mode, prefer, statuses, standing] of [
    ["documented", "odata.continue-on-error", [201, 400, 201], 2],
    ["documented", "", [201, 400], 1],
    ["stop", "odata.continue-on-error", [201, 400], 1],
    ["revert", "odata.continue-on-error", [201, 400], 0],
  ] as const
) {
  Deno.test(`a batch leaves ${standing} lines when it is in mode ${mode} with Prefer "${prefer}"`, async () => {
    await using fake = await startBusinessCentral();
    fake.batchMode = mode;
    const { call, lines } = await client(fake);
    const requests = [debit, debit, credit].map((fields, id) =>
      `{"id":"${id}","method":"POST","url":"${lines.slice(1)}","body":{${fields}}}`
    );
    const { json } = await call("POST", "/$batch", `{"requests":[${requests}]}`, { prefer });
    assert.deepEqual(json.responses.map(({ status }: { status: number }) => status), statuses);
    assert.equal(fake.journal.lines.length, standing);
  });
}

Deno.test("a batch of more than 100 operations is refused", async () => {
  await using fake = await startBusinessCentral();
  const { call } = await client(fake);
  const requests = Array.from({ length: 101 }, (_, id) => ({ id: `${id}`, method: "GET", url: "companies" }));
  assert.equal((await call("POST", "/$batch", JSON.stringify({ requests }))).status, 400);
});

Deno.test("reads come in pages, and show postings only after their delay", async () => {
  let now = 0;
  await using fake = await startBusinessCentral({ clock: { now: () => now } });
  const { add, post, call, ledger } = await client(fake);
  fake.state.pageSize = 1;
  fake.state.visibilityDelay = 5000;
  await add(debit);
  await add(credit);
  await post();
  assert.deepEqual((await call("GET", ledger)).json, { value: [] });
  now = 5000;
  const first = (await call("GET", `${ledger}?$select=accountNumber`)).json;
  assert.deepEqual(first.value, [{ accountNumber: "6860" }]);
  const next = new URL(first["@odata.nextLink"]);
  const second = await call("GET", `${ledger}${next.search}`);
  assert.deepEqual(second.json, { value: [{ accountNumber: "2910" }] });
});

Deno.test("a journal with a posting number series renumbers, and one with a balancing account doubles", async () => {
  await using fake = await startBusinessCentral();
  const { add, post } = await client(fake);
  fake.journal.postingNumberSeries = "G";
  await add(debit);
  await add(credit);
  await post();
  assert.deepEqual([...new Set(fake.company.ledger.map((entry) => entry.documentNumber))], ["G1000"]);
  fake.journal.postingNumberSeries = "";
  fake.journal.balancingAccountNumber = "1920";
  await add(debit);
  await post();
  assert.equal(fake.company.ledger.length, 4);
});

Deno.test("requests beyond the limits wait, and beyond the queue get 429 without Retry-After", async () => {
  await using fake = await startBusinessCentral();
  const { call } = await client(fake);
  Object.assign(fake.limits, { concurrent: 2, queued: 1 });
  fake.misbehave({ kind: "hold" }, { kind: "hold" });
  const held = [call("GET", "/companies"), call("GET", "/companies")];
  while (fake.active < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const queued = [call("GET", "/companies"), call("GET", "/companies")];
  const refused = await Promise.race(queued);
  assert.equal(refused.status, 429);
  fake.release();
  const statuses = (await Promise.all([...held, ...queued])).map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [200, 200, 200, 429]);
  assert.equal(fake.busiest, 2);
});

Deno.test("more than the requests of five minutes get 429", async () => {
  let now = 0;
  await using fake = await startBusinessCentral({ clock: { now: () => now } });
  const { call } = await client(fake);
  fake.limits.perFiveMinutes = 2;
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await call("GET", "/companies")).status);
  now = 300_000;
  statuses.push((await call("GET", "/companies")).status);
  assert.deepEqual(statuses, [200, 200, 429, 200]);
});

for (
  const [kind, booked] of [["drop", 0], ["apply_then_drop", 2], ["apply_later", 0]] as const
) {
  Deno.test(`a posting that is hit by ${kind} has booked ${booked} entries when the connection is cut`, async () => {
    await using fake = await startBusinessCentral();
    const { add, post } = await client(fake);
    await add(debit);
    await add(credit);
    fake.misbehave({ kind, on: "post" });
    await assert.rejects(post());
    assert.equal(fake.company.ledger.length, booked);
    fake.carryOutLate();
    assert.equal(fake.company.ledger.length, kind === "drop" ? 0 : 2);
  });
}
