import assert from "node:assert/strict";
import { fakeTimeouts } from "../testing/fake_timeouts.ts";
import { guardFetch } from "./guard_fetch.ts";

const sent: string[] = [];
const inner: typeof fetch = (input) => {
  sent.push(String(input instanceof Request ? input.url : input));
  return Promise.resolve(new Response());
};
const leadsTo = (...addresses: string[]) => guardFetch(inner, () => Promise.resolve(addresses));

for (
  const [url, fault] of [
    ["http://erp.example/", "not_https"],
    ["http://127.0.0.1:8080/", "not_https"],
    ["http://kong:8000/functions/v1/demo-receiver", "not_https"],
    ["https://kong:8443/", "network"],
    ["https://localhost/", "network"],
    ["https://10.0.0.1/", "network"],
    ["https://[::1]/", "network"],
    ["https://2130706433/", "network"],
  ] as const
) {
  Deno.test(`guardFetch refuses ${url} as ${fault}, and sends nothing`, async () => {
    sent.length = 0;
    const guarded = leadsTo("93.184.215.14");
    await assert.rejects(guarded(url), { name: "RefusedAddress", fault });
    await assert.rejects(guarded(new URL(url)), { fault });
    await assert.rejects(guarded(new Request(url)), { fault });
    assert.deepEqual(sent, []);
  });
}

for (
  const name of ["host.docker.internal", "api.supabase.internal", "metadata.google.internal", "erp.example"]
) {
  Deno.test(`guardFetch asks where ${name} leads: no name is an exception`, async () => {
    sent.length = 0;
    await assert.rejects(leadsTo("172.17.0.1")(`https://${name}/`), { fault: "network" });
    await assert.rejects(leadsTo()(`https://${name}/`), { fault: "nowhere" });
    assert.deepEqual(sent, []);
    await leadsTo("93.184.215.14")(`https://${name}/`);
    assert.deepEqual(sent, [`https://${name}/`]);
  });
}

Deno.test("guardFetch sends when no name server answers", async () => {
  sent.length = 0;
  await guardFetch(inner, () => Promise.reject(new Error("no name server")))("https://erp.example/");
  assert.deepEqual(sent, ["https://erp.example/"]);
});

Deno.test("guardFetch ends a look-up that hangs when the request has no signal", async () => {
  using timeouts = fakeTimeouts();
  const asked = Promise.withResolvers<AbortSignal>();
  const guarded = guardFetch(inner, (_name, _type, { signal }) => {
    asked.resolve(signal);
    return new Promise(() => {});
  });
  void guarded("https://erp.example/").catch(() => {});
  const signal = await asked.promise;
  assert.deepEqual(timeouts.limits, [10_000]);
  timeouts.expire();
  assert.equal(signal.aborted, true);
});

Deno.test("guardFetch ends a look-up that hangs when the request is given up", async () => {
  using timeouts = fakeTimeouts();
  const asked = Promise.withResolvers<AbortSignal>();
  const lost = new AbortController();
  const guarded = guardFetch(inner, (_name, _type, { signal }) => {
    asked.resolve(signal);
    return new Promise(() => {});
  });
  void guarded("https://erp.example/", { signal: lost.signal }).catch(() => {});
  const signal = await asked.promise;
  assert.deepEqual(timeouts.limits, []);
  lost.abort();
  assert.equal(signal.aborted, true);
});
