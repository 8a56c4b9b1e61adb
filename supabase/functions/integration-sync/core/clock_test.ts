import assert from "node:assert/strict";
import { systemClock } from "./clock.ts";

Deno.test("systemClock.sleep rejects with the reason and leaves no timer when it is aborted", async () => {
  const stop = new AbortController();
  const sleep = systemClock.sleep(60_000, stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(sleep, { message: "stopped" });
});

Deno.test("systemClock.sleep rejects at once when the signal is already aborted", async () => {
  await assert.rejects(systemClock.sleep(60_000, AbortSignal.abort(new Error("stopped"))), {
    message: "stopped",
  });
});
