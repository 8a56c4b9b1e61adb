import assert from "node:assert/strict";
import { webhook } from "../connectors/webhook/connector.ts";
import { type Connector, defineConnector } from "../connectors/connector.ts";
import { allEntries, openEntries } from "../vouchers/entries.ts";
import { failure } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Outbox } from "../testing/outbox_worker_api.ts";
import { secret } from "../connectors/webhook/testing/sender.ts";
import { runSlice, type SliceEnd } from "./run_slice.ts";

/** What a simulated receiver answers to a batch of these keys. */
type Answers = (keys: readonly string[]) => Response;

const words = "Account 9999 does not exist.";
const taken = () => new Response(null, { status: 204 });
const refused = (status = 400) => Response.json({ error: words }, { status });
const key = (index: number) => `entry-${String(index).padStart(4, "0")}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => key(from + at));

/** A receiver that refuses each batch that holds one of these. */
function refusing(bad: readonly string[], status = 400): Answers {
  const set = new Set(bad);
  return (keys) => keys.some((one) => set.has(one)) ? refused(status) : taken();
}

/** An outbox and a receiver, and what the receiver has booked, by entry key and by idempotency key. */
class Bench {
  readonly outbox: Outbox;
  readonly booked = new Map<string, number>();
  readonly requests: string[][] = [];
  readonly keysOfBatches = new Map<string, string>();

  constructor(readonly count: number, readonly answers: Answers, readonly batchSize = 100) {
    this.outbox = new Outbox(
      range(0, count).map((entry_key) => ({
        entry_key,
        period: "2026-11",
        document_number: entry_key,
        payload: {},
        settled: false,
      })),
    );
  }

  /** Runs slices until the run is over. */
  async run(options: { slices?: number; secondsPerRequest?: number } = {}): Promise<SliceEnd> {
    const { slices = 20, secondsPerRequest = 0 } = options;
    const clock = new FakeClock();
    let end: SliceEnd | null = null;
    for (let slice = 0; slice < slices && (end === null || end.outcome === "continued"); slice++) {
      const claim = this.outbox.claim({
        integration_type: "webhook",
        config: { url: "https://receiver.example/", batch_size: this.batchSize },
        credentials: { signing_secret: secret },
        lease_seconds: 1e9,
        heartbeat_seconds: 1e9,
      });
      end = await runSlice(this.outbox.begin(), claim, clock.elapsed(), {
        connectors: [webhook],
        clock,
        random: () => 0,
        fetch: async (input, init) => {
          const request = new Request(input, init);
          const { batch_id, entries } = await request.json();
          const keys = entries.map((entry: { entry_key: string }) => entry.entry_key);
          const before = this.keysOfBatches.get(batch_id) ?? keys.join();
          assert.equal(keys.join(), before, "one idempotency key, two contents");
          this.keysOfBatches.set(batch_id, before);
          this.requests.push(keys);
          await clock.advance(secondsPerRequest * 1000);
          const answer = this.answers(keys);
          if (answer.ok) { for (const one of keys) this.booked.set(one, (this.booked.get(one) ?? 0) + 1); }
          return answer;
        },
        log: () => {},
        retiring: new AbortController().signal,
      });
    }
    assert.ok(end);
    return end;
  }

  /** Everything but these is in the receiver's books once; these were rejected with its words. */
  assertBooked(bad: readonly string[]): void {
    const { outbox, booked, count } = this;
    assert.deepEqual(outbox.keys("rejected"), [...bad].sort());
    assert.deepEqual([...booked.keys()].sort(), range(0, count).filter((one) => !bad.includes(one)));
    assert.ok([...booked.values()].every((times) => times === 1), "booked twice");
    for (const row of outbox.rows.filter(({ state }) => state === "rejected")) {
      assert.match(row.error ?? "", /4\d\d.*Account 9999 does not exist\./);
    }
  }
}

function assertFailed(end: SliceEnd, code: string): void {
  assert.equal(end.outcome === "failed" && end.failure.code, code);
}

for (
  const [what, count, bad, status] of [
    ["one is bad", 250, [7], 400],
    ["the first is bad", 250, [0], 400],
    ["the last is bad", 250, [249], 400],
    ["the last of a batch is bad", 250, [99], 422],
    ["one alone in the last batch is bad", 201, [200], 400],
    ["the first ten are bad", 250, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 422],
    ["the last ten are bad", 250, [240, 241, 242, 243, 244, 245, 246, 247, 248, 249], 400],
    ["each tenth is bad", 100, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90], 400],
    ["one is larger than the receiver takes", 250, [120], 413],
    ["the first and the last are larger than the receiver takes", 100, [0, 99], 413],
    ["there are two entries and the first is bad", 2, [0], 400],
    ["there are two entries and the last is bad", 2, [1], 400],
    ["the only entry is bad", 1, [0], 400],
  ] as const
) {
  Deno.test(`runSlice rejects what is refused alone and exports the rest when ${what}`, async () => {
    const keys = bad.map(key);
    const bench = new Bench(count, refusing(keys, status));
    assert.equal((await bench.run()).outcome, "succeeded");
    bench.assertBooked(keys);
  });
}

Deno.test("runSlice needs at most 2 log2(n) further requests a bad entry when bad sets are random", async () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 25; round++) {
    const count = 2 + random(250);
    const batchSize = 2 + random(100);
    const bad = [...new Set(Array.from({ length: 1 + random(8) }, () => key(random(count))))];
    const bench = new Bench(count, refusing(bad, [400, 422][random(2)]), batchSize);
    const end = await bench.run();
    if (bench.booked.size === 0) {
      // All of the entries that were tried are bad.
      assertFailed(end, "receiver_refuses_everything");
      assert.equal(bench.outbox.keys("pending").length, count);
      continue;
    }
    assert.equal(end.outcome, "succeeded");
    bench.assertBooked(bad);
    const size = Math.min(count, batchSize);
    const further = bench.requests.length - Math.ceil(count / batchSize);
    const most = bad.length * 2 * Math.ceil(Math.log2(size));
    assert.ok(further <= most, `${further} further requests for ${bad.length} of ${count} in ${batchSize}`);
  }
});

Deno.test("runSlice rejects nothing and quotes the receiver when everything is refused", async () => {
  const bench = new Bench(250, () => refused());
  const end = await bench.run();
  assertFailed(end, "receiver_refuses_everything");
  assert.ok(end.outcome === "failed" && end.failure.message.includes(words));
  assert.ok(end.outcome === "failed" && end.failure.message.includes("withdraw_sync_entries"));
  assert.equal(bench.outbox.keys("pending").length, 250);
  assert.ok(bench.requests.length <= 1 + 2 * Math.log2(100), `${bench.requests.length} requests`);
  // The first, the last, and others in between.
  assert.deepEqual(bench.requests.slice(1, 4), [[key(0)], [key(99)], [key(49)]]);
});

Deno.test("runSlice rejects nothing when all of a few entries are refused", async () => {
  for (const count of [2, 3, 5]) {
    for (const batchSize of [1, 100]) {
      const bench = new Bench(count, () => refused(), batchSize);
      assertFailed(await bench.run(), "receiver_refuses_everything");
      assert.equal(bench.outbox.keys("pending").length, count);
    }
  }
});

Deno.test("runSlice rejects nothing of the rest when a receiver begins to refuse everything", async () => {
  let requests = 0;
  const bench = new Bench(2000, () => ++requests > 1 ? refused() : taken());
  assertFailed(await bench.run(), "receiver_refuses_everything");
  assert.deepEqual([bench.outbox.keys("pending").length, bench.booked.size], [1900, 100]);
  assert.ok(requests < 100, `${requests} requests`);
});

for (const status of [400, 413]) {
  for (const most of [1, 30, 50]) {
    Deno.test(`runSlice sends smaller batches when a receiver answers ${status} to more than ${most}`, async () => {
      const bench = new Bench(300, (keys) => keys.length > most ? refused(status) : taken());
      assert.equal((await bench.run()).outcome, "succeeded");
      bench.assertBooked([]);
      const refusals = bench.requests.filter((keys) => keys.length > most);
      assert.ok(refusals.length <= 7, `${refusals.length} batches were too large`);
    });
  }
}

Deno.test("runSlice goes back to full batches when one entry alone explains that they were too large", async () => {
  const bytes = (keys: readonly string[]) => keys.length + (keys.includes(key(20)) ? 1000 : 0);
  const bench = new Bench(1000, (keys) => bytes(keys) > 100 ? refused(413) : taken());
  assert.equal((await bench.run()).outcome, "succeeded");
  bench.assertBooked([key(20)]);
  assert.equal(bench.requests.at(-2)?.length, 100);
});

for (const status of [401, 403, 404, 405, 407, 410, 418, 451]) {
  Deno.test(`runSlice narrows nothing when a ${status} says nothing of entries`, async () => {
    const bench = new Bench(250, (keys) => keys.includes(key(7)) ? new Response("No.", { status }) : taken());
    assert.equal((await bench.run()).outcome, "failed");
    assert.deepEqual([bench.requests.length, bench.outbox.keys("pending").length], [1, 250]);
  });
}

Deno.test("runSlice narrows a 404 when its body names an entry", async () => {
  const body = { error: words, entry_key: key(7) };
  const bench = new Bench(
    250,
    (keys) => keys.includes(key(7)) ? Response.json(body, { status: 404 }) : taken(),
  );
  assert.equal((await bench.run()).outcome, "succeeded");
  bench.assertBooked([key(7)]);
});

Deno.test("runSlice comes to an end when each slice has the time for two requests", async () => {
  const bench = new Bench(250, refusing([key(7), key(249)]));
  assert.equal((await bench.run({ slices: 40, secondsPerRequest: 30 })).outcome, "succeeded");
  bench.assertBooked([key(7), key(249)]);
});

Deno.test("runSlice gives up in time when each slice has the time for two requests and everything is refused", async () => {
  const bench = new Bench(250, () => refused());
  assertFailed(await bench.run({ slices: 40, secondsPerRequest: 30 }), "receiver_refuses_everything");
  assert.ok(bench.requests.length <= 40, `${bench.requests.length} requests`);
});

Deno.test("runSlice settles nothing by a refusal when it is the answer to a repetition", async () => {
  let requests = 0;
  // The first send is lost after its effect; the repetition is refused.
  const bench = new Bench(10, () => ++requests === 1 ? new Response(null, { status: 504 }) : refused());
  await bench.run();
  bench.outbox.nextRun();
  await bench.run();
  assert.equal(bench.outbox.keys("unknown").length, 10);
  assert.equal(new Set(bench.requests.map((keys) => keys.join())).size, 1, "the batch stays whole");
});

Deno.test("runSlice narrows for a host's own connector when it says that a batch is refused", async () => {
  const outbox = new Outbox(
    range(0, 20).map((entry_key) => ({
      entry_key,
      period: "2026-11",
      document_number: "1",
      payload: {},
      settled: false,
    })),
  );
  const booked: string[] = [];
  const own: Connector = defineConnector({
    type: "own",
    addressKeys: [],
    targets: () => [],
    parseConfig: () => null,
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 20,
      ping: () => Promise.resolve({ ok: true }),
      export: (_context, batch) => {
        const open = openEntries(batch.entries);
        if (open.some(({ entry_key }) => entry_key === key(13))) {
          const why = failure("permanent", "own_refused", "Dimension KST is closed.");
          return Promise.resolve({ results: [], failure: why, refused_whole_batch: true });
        }
        booked.push(...open.map(({ entry_key }) => entry_key));
        return Promise.resolve({ results: allEntries(open, "exported") });
      },
    }),
  });
  const end = await runSlice(outbox.begin(), outbox.claim({ integration_type: "own" }), 0, {
    connectors: [own],
    clock: new FakeClock(),
    random: () => 0,
    fetch,
    log: () => {},
    retiring: new AbortController().signal,
  });
  assert.equal(end.outcome, "succeeded");
  assert.deepEqual(booked.toSorted(), range(0, 20).filter((one) => one !== key(13)));
  assert.deepEqual(outbox.rows.filter(({ state }) => state === "rejected").map(({ error }) => error), [
    "Dimension KST is closed.",
  ]);
});
