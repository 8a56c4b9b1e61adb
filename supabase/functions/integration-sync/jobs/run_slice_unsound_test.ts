import assert from "node:assert/strict";
import type { RejectedEntry } from "../vouchers/entries.ts";
import { FakeWorkerApi, testBatch } from "../testing/fake_worker_api.ts";
import { slice, takesAll } from "../testing/slice_bench.ts";

const unsound: RejectedEntry = { entry_key: "a", state: "rejected", error: "It is unsound.", not_sent: true };

Deno.test("runSlice records what the rules refuse before it sends, and hands the others back unsent", async () => {
  const [first, second] = [testBatch(1, ["a", "b"]), testBatch(2, ["b", "c"])];
  const api = new FakeWorkerApi([first, second]);
  const sent: string[] = [];
  const end = await slice(api, (context, batch) => {
    sent.push(batch.batch_id, ...batch.entries.map(({ entry_key }) => entry_key));
    return takesAll(context, batch);
  }, { unsound: [unsound] });
  assert.deepEqual(end, { outcome: "succeeded" });
  assert.deepEqual(api.recorded[0], {
    batch_id: first.batch_id,
    results: [unsound, { entry_key: "b", state: "pending" }],
  });
  // A new batch, so a new idempotency key: no batch is sent that holds a refused entry.
  assert.deepEqual(sent, [second.batch_id, "b", "c"]);
});

Deno.test("runSlice sends a repetition as it is when the rules would refuse an entry by now", async () => {
  const again = testBatch(1, ["a", "b"], true);
  const api = new FakeWorkerApi([again]);
  const sent: string[] = [];
  await slice(api, (context, batch) => {
    sent.push(...batch.entries.map(({ entry_key }) => entry_key));
    return takesAll(context, batch);
  }, { unsound: [unsound] });
  assert.deepEqual(sent, ["a", "b"]);
  assert.deepEqual(api.recorded.map(({ results }) => results.map(({ state }) => state)), [[
    "exported",
    "exported",
  ]]);
});
