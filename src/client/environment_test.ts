import assert from "node:assert/strict";
import { call, sleep } from "./call.ts";
import { systemEnvironment } from "./environment.ts";
import { toRelativeTime } from "./messages/time_words.ts";
import { SyncSchedulerRepository } from "./repository.ts";
import type { SyncSchedulerError } from "./sync_scheduler_error.ts";
import { fakeApi } from "./testing/fake_api.ts";
import { aRun } from "./testing/run.ts";

/** Takes away what React Native does not have, until the end of the block. */
function withoutGlobals(): Disposable {
  const missing: readonly (readonly [object, string])[] = [
    [globalThis, "crypto"],
    [AbortSignal, "any"],
    [AbortSignal, "abort"],
    [AbortSignal, "timeout"],
    [AbortSignal.prototype, "throwIfAborted"],
    [AbortSignal.prototype, "reason"],
    [Intl, "RelativeTimeFormat"],
  ];
  const taken = missing.map(([owner, name]) => {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    assert.ok(property, name);
    Object.defineProperty(owner, name, { value: undefined, configurable: true, writable: true });
    return () => Object.defineProperty(owner, name, property);
  });
  return { [Symbol.dispose]: () => taken.forEach((giveBack) => giveBack()) };
}

Deno.test("an idempotency key is made where there is no crypto, and none comes twice", () => {
  using _ = withoutGlobals();
  const keys = Array.from({ length: 10_000 }, () => systemEnvironment.newKey());
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.every((key) => key.length <= 200 && /^[0-9-]+$/.test(key)), String(keys[0]));
});

Deno.test("a press goes out where signals can neither be combined nor have a reason", async () => {
  using _ = withoutGlobals();
  const { supabase, sent } = fakeApi({ status: 200, body: aRun() });
  const syncs = new SyncSchedulerRepository(supabase);
  const { signal } = new AbortController();
  const run = await syncs.triggerManualSync("o-1", "xledger", { signal });
  assert.deepEqual([run.run_id, sent.length], ["r-1", 1]);
});

Deno.test("giving up ends a request and a wait where signals have no reason", async () => {
  using _ = withoutGlobals();
  const controller = new AbortController();
  const { signal } = controller;
  const asked = call(
    (own) =>
      new Promise((resolve) =>
        own.addEventListener("abort", () => resolve({ data: null, error: { message: "" } }))
      ),
    { environment: systemEnvironment, signal, describe: (error) => error },
  );
  const slept = sleep(systemEnvironment, 60_000, signal);
  controller.abort();
  await assert.rejects(asked, { name: "AbortError" });
  await assert.rejects(slept, { name: "AbortError" });
  await assert.rejects(sleep(systemEnvironment, 1, signal), { name: "AbortError" });
});

Deno.test("a request leaves no listener at the signal of its caller", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...of: unknown[]) => (listeners++, addEventListener.apply(signal, of as never));
  signal.removeEventListener = (
    ...of: unknown[]
  ) => (listeners--, removeEventListener.apply(signal, of as never));
  const options = { environment: systemEnvironment, signal, describe: (error: SyncSchedulerError) => error };
  for (let n = 0; n < 3; n++) await call(() => Promise.resolve({ data: 1, error: null }), options);
  assert.equal(listeners, 0);
});

Deno.test("a time is named where how long ago cannot be put into words", () => {
  using _ = withoutGlobals();
  const now = new Date("2026-11-29T12:00:00Z");
  assert.equal(toRelativeTime(new Date("2026-11-29T11:58:00Z"), now, "en-GB", "UTC"), "11:58");
});
