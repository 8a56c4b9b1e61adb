import assert from "node:assert/strict";
import { SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import type { WorkerApi } from "../database/worker_api.ts";
import { keepLease, type Lease } from "./lease.ts";

const going = { cancel_requested: false, lease_expires_at: 0 };

/** A lease of 60 s with heartbeats every 15 s, claimed at 0. */
function lease(clock: FakeClock, heartbeat: WorkerApi["heartbeat"]): Lease & Disposable {
  const kept = keepLease({ api: { heartbeat }, clock, leaseSeconds: 60, heartbeatSeconds: 15, since: 0 });
  return {
    signal: kept.signal,
    get cancelRequested() {
      return kept.cancelRequested;
    },
    hold: kept.hold,
    stop: kept.stop,
    [Symbol.dispose]: kept.stop,
  };
}

function away(): Promise<never> {
  return Promise.reject(new SyncError("database_unreachable", "down"));
}

Deno.test("keepLease gives the run up when the database does, although its last answer came late", async () => {
  const clock = new FakeClock();
  let beats = 0;
  using kept = lease(clock, async () => {
    if (++beats > 1) return await away();
    // The database extended the lease when the call arrived, at 15 s. Its answer arrives at 25 s.
    await clock.sleep(10_000);
    return going;
  });
  // At 75 s the database hands the run to the next worker. Two workers must not send at once.
  await clock.advance(74_999);
  assert.equal(kept.signal.aborted, false);
  await clock.advance(1);
  assert.equal(kept.signal.reason?.code, "lease_lost");
});

Deno.test("keepLease keeps the run when a call that was sent before a heartbeat is answered after it", async () => {
  const clock = new FakeClock();
  let beats = 0;
  using kept = lease(clock, () => ++beats <= 2 ? Promise.resolve(going) : away());
  await clock.advance(10_000);
  const slow = kept.hold(async () => {
    await clock.sleep(30_000);
    return going;
  });
  await clock.advance(30_000);
  await slow;
  // The heartbeat at 30 s holds the lease until 90 s. The call's own lease would be over at 70 s.
  await clock.advance(49_999);
  assert.equal(kept.signal.aborted, false);
  await clock.advance(1);
  assert.equal(kept.signal.reason?.code, "lease_lost");
});

Deno.test("keepLease remembers the wish to cancel when an older answer without it comes later", async () => {
  const clock = new FakeClock();
  using kept = lease(clock, () => Promise.resolve({ ...going, cancel_requested: true }));
  // The database wrote this answer before the person cancelled.
  const slow = kept.hold(async () => {
    await clock.sleep(20_000);
    return going;
  });
  await clock.advance(20_000);
  await slow;
  assert.equal(kept.cancelRequested, true);
});

Deno.test("keepLease aborts a call to the database when the lease is lost", async () => {
  const clock = new FakeClock();
  using kept = lease(clock, () => away());
  const seen = Promise.withResolvers<AbortSignal>();
  const call = kept.hold((signal) => {
    seen.resolve(signal);
    return new Promise<typeof going>((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  });
  const signal = await seen.promise;
  const end = assert.rejects(call, { code: "lease_lost" });
  await clock.advance(60_000);
  assert.equal(signal.aborted, true);
  await end;
});

Deno.test("keepLease ends a heartbeat that is under way when the slice ends", async () => {
  const clock = new FakeClock();
  const seen = Promise.withResolvers<AbortSignal | undefined>();
  using kept = lease(clock, (_checkpoint, signal) => {
    seen.resolve(signal);
    return new Promise(() => {});
  });
  await clock.advance(15_000);
  const signal = await seen.promise;
  assert.equal(signal?.aborted, false);
  kept.stop();
  assert.equal(signal?.aborted, true);
});
