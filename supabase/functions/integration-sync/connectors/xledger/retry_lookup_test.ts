import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import type { ConnectorContext } from "../connector.ts";
import { countMisses, rememberUnsent, startAnew } from "./retry_lookup.ts";
import type { Named } from "./voucher.ts";

const named = (id: string): Named => ({
  entry: { entry_key: id, period: "2026-01", document_number: null, payload: {}, settled: false },
  ids: [`${id.repeat(32)}.1`],
});
const [a, b] = [named("a"), named("b")];

function setUp(): { context: ConnectorContext; clock: FakeClock; saves: unknown[] } {
  const clock = new FakeClock();
  const saves: unknown[] = [];
  const context = testContext({
    clock,
    checkpoint: () => saves.at(-1) ?? null,
    saveCheckpoint: (value) => Promise.resolve(void saves.push(JSON.parse(JSON.stringify(value)))),
  });
  return { context, clock, saves };
}

/** Looks after so many seconds, and says what was absent and how long to wait. */
async function look(context: ConnectorContext, clock: FakeClock, after: number, missing: readonly Named[]) {
  await clock.advance(after * 1000);
  const { absent, wait } = await countMisses(context, missing, 300);
  return [absent.map(({ entry }) => entry.entry_key).join(), wait];
}

Deno.test("countMisses calls a voucher absent at the fourth look when each came late enough", async () => {
  const { context, clock } = setUp();
  assert.deepEqual(await look(context, clock, 0, [a]), ["", 300]);
  assert.deepEqual(await look(context, clock, 100, [a]), ["", 200]);
  assert.deepEqual(await look(context, clock, 200, [a]), ["", 300]);
  assert.deepEqual(await look(context, clock, 300, [a]), ["", 300]);
  assert.deepEqual(await look(context, clock, 299, [a]), ["", 1]);
  assert.deepEqual(await look(context, clock, 1, [a]), ["a", 0]);
});

Deno.test("countMisses needs four looks however late the second comes", async () => {
  const { context, clock } = setUp();
  await look(context, clock, 0, [a]);
  assert.deepEqual(await look(context, clock, 86_400, [a]), ["", 300]);
});

Deno.test("countMisses starts anew when a voucher was seen in between", async () => {
  const { context, clock } = setUp();
  await look(context, clock, 0, [a, b]);
  await look(context, clock, 300, [b]);
  await look(context, clock, 300, [b]);
  assert.deepEqual(await look(context, clock, 300, [a, b]), ["b", 300]);
});

Deno.test("a voucher that was looked for and not sent needs no further look", async () => {
  const { context, clock } = setUp();
  await rememberUnsent(context, [a]);
  assert.deepEqual(await look(context, clock, 0, [a, b]), ["a", 300]);
});

Deno.test("countMisses starts anew when the checkpoint is gone or strange", async () => {
  for (const strange of [null, 7, { missing: 7 }, { missing: { a: "x" } }]) {
    const context = testContext({ checkpoint: () => strange });
    assert.equal((await countMisses(context, [a], 300)).absent.length, 0);
  }
});

Deno.test("countMisses waits no longer than it must when the clock was set back", async () => {
  const { context, clock } = setUp();
  await clock.advance(3_600_000);
  await countMisses(context, [a], 300);
  const earlier = { ...context, clock: new FakeClock() };
  assert.equal((await countMisses(earlier, [a], 300)).wait, 300);
});

Deno.test("countMisses believes the first look when nothing becomes visible late", async () => {
  const { context } = setUp();
  assert.deepEqual((await countMisses(context, [a], 0)).absent, [a]);
});

Deno.test("startAnew forgets the looks before the send, and knows who was absent", async () => {
  const { context, clock, saves } = setUp();
  for (const after of [0, 300, 300, 300]) await look(context, clock, after, [a]);
  await look(context, clock, 0, [a, b]);
  assert.deepEqual(await startAnew(context, [a, b]), new Set([a]));
  assert.deepEqual(saves.at(-1), { missing: {} });
  assert.deepEqual(await startAnew(context, [a, b]), new Set());
});

Deno.test("a checkpoint of 500 vouchers stays far below its limit", async () => {
  const { context, clock, saves } = setUp();
  const many = Array.from({ length: 500 }, (_, index): Named => ({
    ...a,
    ids: [`${String(index).padStart(32, "0").split("").reverse().join("")}.1`],
  }));
  for (const after of [0, 300, 300, 300]) await look(context, clock, after, many);
  assert.ok(JSON.stringify(saves.at(-1)).length < 40_000);
});
