import assert from "node:assert/strict";
import { createWorkerApi } from "../database/worker_api.ts";
import { systemClock } from "./clock.ts";
import { storableText } from "./storable_text.ts";

Deno.test("text of a vendor loses what Postgres cannot store", () => {
  assert.equal(storableText("a\u0000b", 10), "a b");
  assert.equal(storableText("\uD83D", 10), "\uFFFD");
  assert.equal(storableText(" many\n\twords\u200B ", 10), "many words");
});

Deno.test("results reach the database with storable ids and reasons only", async () => {
  const sent: unknown[] = [];
  const api = createWorkerApi({
    attempt: { run_id: crypto.randomUUID(), attempt: 1, token: "secret" },
    rpc: (_name, parameters) => {
      sent.push(parameters.results);
      return Promise.resolve({
        cancel_requested: false,
        entries_total: 2,
        entries_done: 1,
        entries_failed: 1,
      });
    },
    clock: systemClock,
    random: Math.random,
  });
  await api.recordResults(crypto.randomUUID(), [
    { entry_key: "a", state: "exported", external_id: "V\u0000-1" },
    { entry_key: "b", state: "rejected", error: "no\uD83D" },
  ]);
  assert.deepEqual(sent, [[
    { entry_key: "a", state: "exported", external_id: "V -1" },
    { entry_key: "b", state: "rejected", error: "no\uFFFD" },
  ]]);
});
