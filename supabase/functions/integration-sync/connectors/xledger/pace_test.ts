import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { createPace } from "./pace.ts";

/** A pace on a clock that jumps; says when requests began. */
function setUp() {
  let now = 0;
  const clock = {
    now: () => now,
    elapsed: () => now,
    sleep: (ms: number) => Promise.resolve(void (now += ms)),
  };
  const context = testContext({ clock });
  const pace = createPace();
  return {
    pace,
    advance: (ms: number) => void (now += ms),
    async take(): Promise<number> {
      await pace.take(context);
      return now;
    },
  };
}

Deno.test("createPace lets requests begin at once until a limit is hit", async () => {
  const { take } = setUp();
  for (let request = 0; request < 50; request++) assert.equal(await take(), 0);
});

Deno.test("createPace begins as many requests in a window as went through before the limit was hit", async () => {
  const { pace, take, advance } = setUp();
  for (const at of [0, 1000, 2000]) {
    assert.equal(await take(), at);
    advance(1000);
  }
  await take();
  assert.equal(pace.learn(), true);
  // Each waits for the request three before it to leave the window.
  assert.deepEqual([await take(), await take(), await take(), await take()], [5100, 6100, 7100, 10_200]);
});

Deno.test("createPace leaves the wait to the answer when it has sent nothing that could fill the window", async () => {
  const { pace, take, advance } = setUp();
  await take();
  assert.equal(pace.learn(), false);
  advance(5000);
  assert.deepEqual([await take(), await take()], [5000, 10_100]);
});
