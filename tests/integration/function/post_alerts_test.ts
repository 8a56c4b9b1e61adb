import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type {
  AlertFormat,
  ClaimedAlerts,
} from "../../../supabase/functions/integration-sync/database/alerts_api.ts";
import { systemClock } from "../../../supabase/functions/integration-sync/core/clock.ts";
import { FakeClock } from "../../../supabase/functions/integration-sync/testing/fake_clock.ts";
import {
  fakeTimeouts,
  hangingFetch,
} from "../../../supabase/functions/integration-sync/testing/fake_timeouts.ts";
import { RefusedAddress } from "../../../supabase/functions/integration-sync/core/refused_address.ts";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { postAlerts } from "../../../supabase/functions/integration-sync/jobs/post_alerts.ts";

const secret = `whsec_${btoa("hemmelig".repeat(4))}`;
const tools = { clock: systemClock, fetch, retiring: AbortSignal.any([]) };

function messageId(number: number): string {
  return `00000000-0000-4000-8000-0000000000e${number}`;
}

function claimed(
  url: string,
  count: number,
  webhook: unknown = { url, secret },
  format: AlertFormat = "json",
): ClaimedAlerts {
  return {
    sender: { org_id: "00000000-0000-4000-8000-0000000000a1", token: "secret" },
    webhook,
    format,
    messages: Array.from({ length: count }, (_, index) => ({
      message_id: messageId(index + 1),
      body: JSON.stringify({ text: `Blåbær ${index + 1}` }),
    })),
  };
}

Deno.test("postAlerts posts messages in order, each signed and under its own id", async () => {
  await using receiver = startReceiver(() => new Response("ok"));
  const results = await postAlerts(claimed(`${receiver.url}/hook`, 3), tools);
  assert.deepEqual(
    results.map(({ outcome, status }) => [outcome, status]),
    Array(3).fill(["delivered", 200]),
  );
  for (const [index, { method, path, headers, body }] of receiver.requests.entries()) {
    assert.deepEqual([method, path], ["POST", "/hook"]);
    assert.equal(headers.get("webhook-id"), messageId(index + 1));
    const payload = new Webhook(secret).verify(body, Object.fromEntries(headers));
    assert.deepEqual(payload, { text: `Blåbær ${index + 1}` });
  }
});

for (
  const [format, key] of [["slack", "text"], ["discord", "content"], ["teams", "attachments"]] as const
) {
  Deno.test(`postAlerts posts to ${format} without a secret, unsigned and in its format`, async () => {
    await using receiver = startReceiver(() => new Response(null, { status: 204 }));
    const { url } = receiver;
    const [result] = await postAlerts(claimed(url, 1, { url }, format), tools);
    assert.deepEqual([result?.outcome, result?.status], ["delivered", 204]);
    const [request] = receiver.requests;
    assert.ok(key in JSON.parse(request?.body ?? ""));
    assert.equal(request?.headers.has("webhook-signature"), false);
  });
}

Deno.test("postAlerts signs what it posts to a chat when there is a secret", async () => {
  await using receiver = startReceiver(() => new Response("ok"));
  const { url } = receiver;
  await postAlerts(claimed(url, 1, { url, secret }, "slack"), tools);
  const [request] = receiver.requests;
  const body = request?.body ?? "";
  const payload = new Webhook(secret).verify(body, Object.fromEntries(request?.headers ?? []));
  assert.equal((payload as { text: string }).text, "Blåbær 1");
});

for (
  const [status, outcome] of [
    [204, "delivered"],
    [302, "refused"],
    [400, "refused"],
    [404, "refused"],
    [408, "failed"],
    [410, "gone"],
    [425, "failed"],
    [429, "failed"],
    [500, "failed"],
    [503, "failed"],
  ] as const
) {
  Deno.test(`postAlerts takes a ${status} for ${outcome}, and posts nothing behind what was not taken`, async () => {
    await using receiver = startReceiver(() =>
      new Response(null, { status, headers: { location: "/else" } })
    );
    const results = await postAlerts(claimed(receiver.url, 2), tools);
    const expected = { outcome, status };
    assert.deepEqual(
      results.map(({ outcome, status }) => ({ outcome, status })),
      outcome === "delivered" ? [expected, expected] : [expected],
    );
    assert.equal(receiver.requests.length, results.length, "and follows no redirect");
  });
}

Deno.test("postAlerts passes the receiver's hint on", async () => {
  await using receiver = startReceiver(() =>
    new Response(null, { status: 429, headers: { "retry-after": "90" } })
  );
  const [result] = await postAlerts(claimed(receiver.url, 1), tools);
  assert.equal(result?.retry_after_seconds, 90);
});

Deno.test("postAlerts waits for a day at most when the receiver names a later instant", async () => {
  await using receiver = startReceiver(() =>
    new Response(null, { status: 429, headers: { "retry-after": "864000" } })
  );
  const [result] = await postAlerts(claimed(receiver.url, 1), tools);
  assert.equal(result?.retry_after_seconds, 86_400);
});

Deno.test("postAlerts says nothing of the address when nothing listens there", async () => {
  const receiver = startReceiver(() => new Response());
  await receiver[Symbol.asyncDispose]();
  const [result] = await postAlerts(claimed(`${receiver.url}/T00/B00/token`, 1), tools);
  assert.deepEqual([result?.outcome, result?.error], ["failed", "The receiver could not be reached."]);
});

for (
  const webhook of [
    null,
    {},
    { url: "https://erp.example/" },
    { url: "https://user:word@erp.example/", secret },
    { url: "https://erp.example/", secret: "whsec_short" },
  ]
) {
  Deno.test(`postAlerts sends nothing to ${JSON.stringify(webhook)}`, async () => {
    const refuses = () => Promise.reject(new Error("nothing is to be sent"));
    const [result] = await postAlerts(claimed("", 2, webhook), { ...tools, fetch: refuses });
    assert.deepEqual([result?.outcome, result?.error], [
      "refused",
      "The address or the secret could not be read.",
    ]);
  });
}

Deno.test("postAlerts gives a receiver that does not answer ten seconds", async () => {
  using timeouts = fakeTimeouts();
  const receiver = hangingFetch();
  const results = postAlerts(claimed("https://erp.example/", 2), { ...tools, fetch: receiver.fetch });
  const request = await receiver.asked;
  assert.deepEqual(timeouts.limits, [10_000]);
  timeouts.expire();
  assert.equal(request.aborted, true);
  assert.deepEqual((await results).map(({ outcome, error }) => [outcome, error]), [
    ["failed", "The receiver did not answer in time."],
  ]);
});

Deno.test("postAlerts stops when its time is over or the isolate is about to go", async () => {
  const clock = new FakeClock();
  const slow = async () => {
    await clock.advance(20_000);
    return new Response();
  };
  const results = await postAlerts(claimed("https://erp.example/", 9), { ...tools, clock, fetch: slow });
  assert.equal(results.length, 3, "of 45 s the third message takes the last");
  const retiring = AbortSignal.abort();
  assert.deepEqual(await postAlerts(claimed("https://erp.example/", 9), { ...tools, retiring }), []);
});

for (
  const [fault, outcome, error] of [
    ["network", "refused", /^The receiver's address leads into a network, not to the internet\./],
    [
      "not_https",
      "refused",
      /^The receiver's address must begin with https:\/\/\. .*SYNC_ALLOW_PRIVATE_RECEIVERS=1/,
    ],
    ["nowhere", "failed", /^The receiver's address has a name that does not exist\.$/],
  ] as const
) {
  Deno.test(`postAlerts says ${outcome} when the guard finds ${fault}`, async () => {
    const results = await postAlerts(claimed("https://hooks.example:8443/T0", 2), {
      ...tools,
      fetch: () => Promise.reject(new RefusedAddress(fault)),
    });
    assert.deepEqual(results.map((result) => result.outcome), [outcome]);
    assert.match(results[0]?.error ?? "", error);
  });
}
