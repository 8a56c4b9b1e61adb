import assert from "node:assert/strict";
import { newJournal } from "../../../../local/vendors/business_central/store.ts";
import { failed, ping, send, states, two } from "./actions.ts";
import { assertPostedOnce, type BusinessCentralTest, startBusinessCentralTest } from "./tenant.ts";

for (
  const [what, arrange, code, message] of [
    [
      "the secret is wrong",
      (bench: BusinessCentralTest) => bench.fake.app.client_secret = "new",
      "business_central_sign_in_refused",
      /client secret.*AADSTS7000215/,
    ],
    [
      "the tenant is unknown",
      (bench: BusinessCentralTest) => bench.config.tenant_id = "x",
      "business_central_sign_in_refused",
      /tenant/,
    ],
    [
      "the token is not accepted",
      (bench: BusinessCentralTest) => bench.fake.tokenLifetime = 0,
      "business_central_sign_in_refused",
      /registered in Business Central/,
    ],
    [
      "the app may not",
      (bench: BusinessCentralTest) => bench.fake.misbehave({ on: "api", kind: "status", status: 403 }),
      "business_central_access_refused",
      /permission sets/,
    ],
    [
      "the environment is unknown",
      (bench: BusinessCentralTest) => bench.config.environment = "Sandbox",
      "business_central_not_found",
      /environment/,
    ],
    [
      "the company is unknown",
      (bench: BusinessCentralTest) => bench.config.company = "ACME",
      "business_central_no_company",
      /no company ACME/,
    ],
    [
      "the journal is unknown",
      (bench: BusinessCentralTest) => bench.config.journal = "OTHER",
      "business_central_no_journal",
      /code OTHER/,
    ],
    [
      "the journal has a balancing account",
      (bench: BusinessCentralTest) => bench.fake.journal.balancingAccountNumber = "1920",
      "business_central_balancing_account",
      /twice/,
    ],
    [
      "the company keeps its books in another currency",
      (bench: BusinessCentralTest) => void (bench.fake.company.currency = "SEK"),
      "business_central_other_currency",
      /keeps its books in SEK, not in NOK as configured/,
    ],
    [
      "the journal shows a posting number series",
      (bench: BusinessCentralTest) => {
        bench.fake.state.showsPostingNumberSeries = true;
        bench.fake.journal.postingNumberSeries = "G";
      },
      "business_central_journal_renumbers",
      /posting number series/,
    ],
  ] as const
) {
  Deno.test(`Business Central's ping and export fail for good when ${what}`, async () => {
    for (const use of [ping, send]) {
      await using bench = await startBusinessCentralTest();
      arrange(bench);
      const outcome = await use(bench);
      const failure = "failure" in outcome ? outcome.failure : undefined;
      assert.deepEqual([failure?.class, failure?.code], ["permanent", code]);
      assert.match(failure?.message ?? "", message);
      assert.ok(!JSON.stringify(outcome).includes(bench.fake.app.client_id));
      assert.equal("results" in outcome ? states(outcome) : "pending pending", "pending pending");
      assert.equal(bench.fake.company.ledger.length, 0);
    }
  });
}

Deno.test("Business Central finds out by its first posting when a journal renumbers without showing it", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.journal.postingNumberSeries = "G";
  const outcome = await send(bench);
  // Posted they are, so they are not sent again.
  assert.equal(states(outcome), "exported exported");
  assert.deepEqual(failed(outcome), ["permanent", "business_central_journal_renumbers"]);
  assert.equal(bench.fake.company.ledger.length, 6);
});

Deno.test("Business Central's ping says ok, by ids as by names", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.company.journals.unshift(newJournal("DEFAULT"));
  assert.deepEqual(await ping(bench), { ok: true });
  Object.assign(bench.config, { company: bench.fake.company.id, journal: bench.fake.journal.id });
  assert.deepEqual(await ping(bench), { ok: true });
  assert.equal(states(await send(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

for (
  const [status, error] of [[400, "temporarily_unavailable"], [400, "server_error"], [425, "other"], [
    503,
    "other",
  ]] as const
) {
  Deno.test(`Business Central's ping says transient when the sign-in is answered with ${status} ${error}`, async () => {
    await using bench = await startBusinessCentralTest();
    bench.fake.misbehave({ on: "token", kind: "status", status, body: { error } });
    const outcome = await ping(bench);
    assert.equal(outcome.ok ? "ok" : outcome.failure.class, "transient");
    assert.deepEqual(await ping(bench), { ok: true });
  });
}

Deno.test("Business Central's ping says transient when the token endpoint does not answer", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.misbehave({ on: "token", kind: "drop" });
  const outcome = await ping(bench);
  assert.equal(outcome.ok ? "ok" : outcome.failure.class, "transient");
});
