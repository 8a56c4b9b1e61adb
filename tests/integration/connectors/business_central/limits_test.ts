import assert from "node:assert/strict";
import { createSecrets } from "../../../../supabase/functions/integration-sync/core/secrets.ts";
import { batch_id, failed, open, send, states, two } from "./actions.ts";
import { expense, startBusinessCentralTest } from "./tenant.ts";

for (
  const [header, hint] of [["7", 7], [null, 30]] as const
) {
  Deno.test(`Business Central slows down for ${hint} s when a 429 has Retry-After ${header}`, async () => {
    await using bench = await startBusinessCentralTest();
    const headers = header === null ? {} : { "retry-after": header };
    bench.fake.misbehave({ on: "batch", kind: "status", status: 429, headers });
    const outcome = await send(bench);
    assert.equal(states(outcome), "pending pending");
    assert.deepEqual([outcome.failure?.class, outcome.failure?.retry_after_seconds], ["rate_limited", hint]);
    assert.equal(states(await send(bench)), "exported exported");
  });
}

Deno.test("Business Central leaves vouchers untouched when it cannot even be read", async () => {
  await using bench = await startBusinessCentralTest();
  bench.fake.misbehave({ on: "read", kind: "status", status: 503, headers: { "retry-after": "20" } });
  const outcome = await send(bench);
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual([outcome.failure?.class, outcome.failure?.retry_after_seconds], ["transient", 20]);
});

Deno.test("Business Central refreshes its token before it ends, and once when it is refused", async () => {
  await using bench = await startBusinessCentralTest();
  await send(bench, [expense(1)]);
  await send(bench, [expense(2)]);
  assert.equal(bench.fake.tokensIssued, 1);
  await bench.clock.advance(3_300_000);
  await send(bench, [expense(3)]);
  assert.equal(bench.fake.tokensIssued, 2);
  bench.fake.revokeTokens();
  assert.equal(states(await send(bench, [expense(4)])), "exported");
  assert.equal(bench.fake.tokensIssued, 3);
});

Deno.test("Business Central throws when the lease is lost, and sends nothing more", async () => {
  await using bench = await startBusinessCentralTest();
  const lost = new AbortController();
  bench.beforeRequest = () => {
    if (bench.fake.requests.some((request) => request.startsWith("POST $batch"))) {
      lost.abort(new Error("lost"));
    }
  };
  const context = bench.context({ signal: lost.signal });
  const sent = open(bench).export(context, { batch_id, resend: false, entries: two });
  await assert.rejects(bench.run(sent), { message: "lost" });
  assert.equal(bench.fake.company.ledger.length, 0);
});

Deno.test("Business Central begins no write when the slice is over", async () => {
  await using bench = await startBusinessCentralTest();
  const context = bench.context({ deadline: bench.clock.elapsed() });
  const outcome = await bench.run(open(bench).export(context, { batch_id, resend: false, entries: two }));
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual(failed(outcome), ["transient", "business_central_time_over"]);
  assert.equal(bench.fake.journal.lines.length, 0);
});

Deno.test("Business Central never shows the access token when it quotes it, wherever its words are cut", async () => {
  await using bench = await startBusinessCentralTest();
  // The token is got by the first slice and used by the second as well.
  for (const number of [1, 2]) {
    const secrets = createSecrets(bench.credentials);
    const tokens: string[] = [];
    const context = bench.context({
      secrets,
      fetch: async (input, init) => {
        const token = new Headers(init?.headers).get("authorization")?.replace("Bearer ", "");
        if (token === undefined) return await bench.fetch(input, init);
        tokens.push(token);
        const message = `${"x".repeat(290)} ${token}`;
        return Response.json({ error: { code: "BadRequest", message } }, { status: 400 });
      },
    });
    const connector = bench.connector.open(bench.config, bench.credentials);
    const outcome = await bench.run(connector.ping(context));
    const said = JSON.stringify(outcome);
    assert.ok(
      tokens[0] && said.includes("xxx ***") && !said.includes(tokens[0].slice(0, 5)),
      `${number}: ${said}`,
    );
  }
  assert.equal(bench.fake.tokensIssued, 1);
});
