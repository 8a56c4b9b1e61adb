import assert from "node:assert/strict";
import {
  type Connector,
  defineConnector,
  type ExportOutcome,
  type OpenConnector,
} from "../connectors/connector.ts";
import { allEntries, type Batch, openEntries } from "../vouchers/entries.ts";
import { type ErrorClass, failure } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Outbox } from "../testing/outbox_worker_api.ts";
import { runSlice, type SliceEnd } from "./run_slice.ts";

/** A system that takes every entry but these, about which it answers as given. */
interface System {
  readonly stuck: readonly string[];
  errorClass: ErrorClass;
  /** Null: the connector says nothing of other batches. */
  readonly isIndependent: NonNullable<OpenConnector["independentBatches"]> | null;
  readonly sent: string[][];
  onSend?: () => void;
}

const keys = ["a", "b", "c", "d", "e", "f"];

function outbox(): Outbox {
  return new Outbox(keys.map((entry_key) => ({
    entry_key,
    period: "2026-11",
    document_number: entry_key,
    payload: {},
    settled: false,
  })));
}

function connectorTo(system: System): Connector {
  const take = (batch: Batch): ExportOutcome => {
    const open = openEntries(batch.entries);
    system.sent.push(open.map(({ entry_key }) => entry_key));
    system.onSend?.();
    if (!open.some(({ entry_key }) => system.stuck.includes(entry_key))) {
      return { results: allEntries(open, "exported") };
    }
    const { errorClass } = system;
    return {
      results: allEntries(open, errorClass === "ambiguous" ? "unknown" : "pending"),
      failure: failure(
        errorClass,
        `test_${errorClass}`,
        "It did not work.",
        errorClass === "rate_limited" ? 60 : null,
      ),
    };
  };
  return defineConnector({
    type: "test",
    addressKeys: [],
    targets: () => [],
    parseConfig: () => null,
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 2,
      ...(system.isIndependent === null ? {} : { independentBatches: system.isIndependent }),
      ping: () => Promise.resolve({ ok: true }),
      export: (_context, batch) => Promise.resolve(take(batch)),
    }),
  });
}

async function attempt(box: Outbox, system: System): Promise<SliceEnd> {
  return await runSlice(box.begin(), box.claim(), 0, {
    connectors: [connectorTo(system)],
    clock: new FakeClock(),
    random: () => 0,
    fetch,
    log: () => {},
    retiring: new AbortController().signal,
  });
}

/** A run has left a and b without an outcome; the next one begins. */
async function leftOver(changes: Partial<System> = {}): Promise<{ box: Outbox; system: System }> {
  const system: System = { stuck: ["a"], errorClass: "ambiguous", isIndependent: true, sent: [], ...changes };
  const box = outbox();
  const first = await attempt(box, { ...system, errorClass: "ambiguous" });
  assert.equal(first.outcome, "failed");
  box.nextRun();
  system.sent.length = 0;
  return { box, system };
}

for (const errorClass of ["ambiguous", "transient", "permanent"] as const) {
  Deno.test(`runSlice tries a batch that was left over once and sends the others when it fails as ${errorClass}`, async () => {
    const { box, system } = await leftOver();
    system.errorClass = errorClass;
    const end = await attempt(box, system);
    // What is left over is the database's to judge.
    assert.equal(end.outcome, "succeeded");
    assert.deepEqual(system.sent, [["a", "b"], ["c", "d"], ["e", "f"]]);
    assert.deepEqual([box.keys("exported"), box.keys("unknown")], [["c", "d", "e", "f"], ["a", "b"]]);
  });
}

Deno.test("runSlice waits with a batch that was left over when the system asks it to", async () => {
  const { box, system } = await leftOver();
  system.errorClass = "rate_limited";
  const end = await attempt(box, system);
  assert.equal(end.outcome === "failed" && end.failure.class, "rate_limited");
  assert.deepEqual(system.sent, [["a", "b"]]);
});

for (const isIndependent of [false, null]) {
  Deno.test(`runSlice ends at a batch that was left over when the connector says ${isIndependent}`, async () => {
    const { box, system } = await leftOver({ isIndependent });
    const end = await attempt(box, system);
    assert.ok(end.outcome === "failed");
    assert.equal(end.stuckBatch, undefined);
    assert.deepEqual(system.sent, [["a", "b"]]);
  });
}

for (const isIndependent of [true, false]) {
  const what = isIndependent ? "sends the others" : "ends at it";
  Deno.test(`runSlice ${what} when the connector looks at what was left over and says ${isIndependent}`, async () => {
    const asked: string[][] = [];
    const { box, system } = await leftOver({
      isIndependent: (_context, entries) => {
        asked.push(entries.map(({ entry_key }) => entry_key));
        return Promise.resolve(isIndependent);
      },
    });
    asked.length = 0;
    const end = await attempt(box, system);
    assert.equal(end.outcome, isIndependent ? "succeeded" : "failed");
    assert.deepEqual(asked, [["a", "b"]]);
    assert.equal(system.sent.length, isIndependent ? 3 : 1);
  });
}

Deno.test("runSlice ends at a batch of its own run and names it when its outcome is not known", async () => {
  const system: System = { stuck: ["c"], errorClass: "ambiguous", isIndependent: true, sent: [] };
  const box = outbox();
  const end = await attempt(box, system);
  assert.ok(end.outcome === "failed");
  assert.equal(end.stuckBatch, box.rows.find(({ entry }) => entry.entry_key === "c")?.batch);
  assert.deepEqual(system.sent, [["a", "b"], ["c", "d"]]);
});

for (const errorClass of ["transient", "permanent"] as const) {
  Deno.test(`runSlice names no batch when nothing of it was taken and it failed as ${errorClass}`, async () => {
    const end = await attempt(outbox(), { stuck: ["a"], errorClass, isIndependent: true, sent: [] });
    assert.ok(end.outcome === "failed");
    assert.equal(end.stuckBatch, undefined);
  });
}

Deno.test("runSlice reports a refusal for good when all that is left was refused with it", async () => {
  const { box, system } = await leftOver({ stuck: keys });
  for (const row of box.rows.slice(2)) row.state = "exported";
  system.errorClass = "permanent";
  const end = await attempt(box, system);
  assert.equal(end.outcome === "failed" && end.failure.code, "test_permanent");
  assert.deepEqual(box.keys("unknown"), ["a", "b"]);
});

Deno.test("runSlice remembers that it has set a batch aside when its time is over", async () => {
  const { box, system } = await leftOver();
  const retiring = new AbortController();
  const end = await runSlice(box.begin(), box.claim(), 0, {
    connectors: [connectorTo({ ...system, onSend: () => retiring.abort() })],
    clock: new FakeClock(),
    random: () => 0,
    fetch,
    log: () => {},
    retiring: retiring.signal,
  });
  // Else a slice that did only that would count as one that got nowhere.
  assert.deepEqual(end, {
    outcome: "continued",
    checkpoint: { $slice: { narrowing: null, set_aside: 1 }, connector: null },
  });
});
