import assert from "node:assert/strict";
import type {
  ConnectorContext,
  ExportOutcome,
  LookupOutcome,
  OpenConnector,
} from "../connectors/connector.ts";
import { type Batch, type EntryResult, openEntries } from "../vouchers/entries.ts";
import { failure, SyncError } from "../core/errors.ts";
import { testContext } from "../testing/connector_context.ts";
import { testBatch } from "../testing/fake_worker_api.ts";
import { exportBatch as exportWithLog, type SettledBatch } from "./export_batch.ts";

function exportBatch(
  connector: OpenConnector,
  context: ConnectorContext,
  batch: Batch,
): Promise<SettledBatch> {
  return exportWithLog(connector, context, batch, () => {});
}

/** A connector with scripted answers that remembers which entries it was asked to send. */
function scripted(
  outcome: ExportOutcome,
  found?: LookupOutcome,
): { connector: OpenConnector; sent: string[][] } {
  const sent: string[][] = [];
  const connector: OpenConnector = {
    batchSize: 10,
    ping: () => Promise.resolve({ ok: true }),
    export: (_context, batch) => {
      // Without a lookup the batch goes out whole.
      const entries = found === undefined ? batch.entries : openEntries(batch.entries);
      sent.push(entries.map((entry) => entry.entry_key));
      return Promise.resolve(outcome);
    },
    ...(found === undefined ? {} : { lookup: () => Promise.resolve(found) }),
  };
  return { connector, sent };
}

const exported = (...keys: string[]): EntryResult[] =>
  keys.map((entry_key) => ({ entry_key, state: "exported" }));
const states = (results: readonly EntryResult[]) => results.map(({ state }) => state).join(" ");

Deno.test("exportBatch calls an entry unknown when the connector says nothing about it", async () => {
  const { connector } = scripted({ results: exported("a") });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a", "b"]));
  assert.equal(states(settled.results), "exported unknown");
  assert.equal(settled.failure?.class, "ambiguous");
});

Deno.test("exportBatch calls an entry unknown when the connector contradicts itself", async () => {
  const rejected: EntryResult = { entry_key: "a", state: "rejected", error: "closed" };
  const { connector } = scripted({ results: [...exported("a"), rejected] });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a"]));
  assert.equal(states(settled.results), "unknown");
});

Deno.test("exportBatch drops a result when its entry is not of the batch", async () => {
  const { connector } = scripted({ results: exported("a", "stranger") });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a"]));
  assert.deepEqual(settled, { results: exported("a"), failure: null, refused: null });
});

Deno.test("exportBatch asks for a later attempt when entries are put off without a reason", async () => {
  const { connector } = scripted({ results: [{ entry_key: "a", state: "pending" }] });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a"]));
  assert.equal(states(settled.results), "pending");
  assert.equal(settled.failure?.class, "transient");
});

Deno.test("exportBatch keeps entries unknown when a resend is refused", async () => {
  const why = failure("rate_limited", "busy", "Slow down.", 30);
  const { connector, sent } = scripted({
    results: [{ entry_key: "a", state: "pending" }, { entry_key: "b", state: "pending" }],
    failure: why,
  });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a", "b"], true));
  assert.equal(states(settled.results), "unknown unknown");
  assert.equal(settled.failure, why);
  assert.deepEqual(sent, [["a", "b"]]);
});

Deno.test("exportBatch sends only what is absent when a batch of unknown outcome can be looked up", async () => {
  const { connector, sent } = scripted(
    { results: exported("b") },
    { settled: exported("a"), absent: ["b"] },
  );
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a", "b"], true));
  assert.deepEqual(settled, { results: exported("a", "b"), failure: null, refused: null });
  assert.deepEqual(sent, [["b"]]);
});

Deno.test("exportBatch neither looks up nor sends nor reports what is settled when it can look up", async () => {
  const { connector, sent } = scripted({ results: exported("b") }, { settled: [], absent: ["a", "b"] });
  const asked: string[] = [];
  const curious: OpenConnector = {
    ...connector,
    lookup: (_context, entries) => {
      asked.push(...entries.map((entry) => entry.entry_key));
      return Promise.resolve({ settled: [], absent: ["a", "b"] });
    },
  };
  const settled = await exportBatch(curious, testContext(), testBatch(1, ["a", "b"], true, ["a"]));
  assert.deepEqual(settled, { results: exported("b"), failure: null, refused: null });
  assert.deepEqual([asked, sent], [["b"], [["b"]]]);
});

Deno.test("exportBatch sends the whole batch but reports what is open when it cannot look up", async () => {
  const { connector, sent } = scripted({ results: exported("a", "b") });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a", "b"], true, ["a"]));
  assert.deepEqual(settled, { results: exported("b"), failure: null, refused: null });
  assert.deepEqual(sent, [["a", "b"]]);
});

Deno.test("exportBatch sends nothing when the lookup found everything", async () => {
  const { connector, sent } = scripted({ results: [] }, { settled: exported("a"), absent: [] });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a"], true));
  assert.deepEqual(settled, { results: exported("a"), failure: null, refused: null });
  assert.deepEqual(sent, []);
});

Deno.test("exportBatch sends nothing when the lookup fails", async () => {
  const why = failure("transient", "down", "Not available.");
  const { connector, sent } = scripted({ results: [] }, { settled: [], absent: ["a"], failure: why });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a"], true));
  assert.equal(states(settled.results), "unknown");
  assert.equal(settled.failure, why);
  assert.deepEqual(sent, []);
});

Deno.test("exportBatch leaves an entry unknown when the lookup cannot see it yet", async () => {
  const { connector, sent } = scripted({ results: exported("b") }, { settled: [], absent: ["b"] });
  const settled = await exportBatch(connector, testContext(), testBatch(1, ["a", "b"], true));
  assert.equal(states(settled.results), "unknown exported");
  assert.equal(settled.failure?.class, "ambiguous");
  assert.deepEqual(sent, [["b"]]);
});

Deno.test("exportBatch calls everything unknown, and says why, when the connector breaks or the database is away", async () => {
  for (
    const [error, code] of [
      [new TypeError("x is undefined"), "connector_fault"],
      [new SyncError("database_unreachable", "No answer."), "database_unreachable"],
    ] as const
  ) {
    const { connector } = scripted({ results: [] });
    const broken: OpenConnector = { ...connector, export: () => Promise.reject(error) };
    const settled = await exportBatch(broken, testContext(), testBatch(1, ["a", "b"]));
    assert.equal(states(settled.results), "unknown unknown");
    assert.deepEqual([settled.failure?.class, settled.failure?.code], ["ambiguous", code]);
  }
});

Deno.test("exportBatch does not look up when the batch is sent for the first time", async () => {
  const { connector, sent } = scripted({ results: exported("a") }, { settled: [], absent: [] });
  await exportBatch(connector, testContext(), testBatch(1, ["a"]));
  assert.deepEqual(sent, [["a"]]);
});
