import assert from "node:assert/strict";
import { guardAgainstLostSockets } from "./postgres_js_guard.ts";

/** The next event of this process. Listeners are called in order, so the guard has seen it. */
function nextEvent(type: "error" | "unhandledrejection"): Promise<Event> {
  return new Promise((resolve) => globalThis.addEventListener(type, resolve, { once: true }));
}

for (
  const error of [
    new TypeError("Cannot read properties of null (reading 'write')"),
    new Error("This socket has been ended by the other party"),
  ]
) {
  Deno.test(`guardAgainstLostSockets lets the process go on when no code catches "${error.message}"`, async () => {
    error.stack = `${error}\n    at nextWrite (file:///npm/postgres/3.4.9/src/connection.js:255:22)`;
    const unguard = guardAgainstLostSockets();
    // Uncaught, either would fail this test.
    const rejected = nextEvent("unhandledrejection");
    void Promise.reject(error);
    assert.ok((await rejected).defaultPrevented);
    const thrown = nextEvent("error");
    setTimeout(() => {
      throw error;
    }, 0);
    assert.ok((await thrown).defaultPrevented);
    unguard();
  });
}

Deno.test("guardAgainstLostSockets lets the process go on when a new connection is reset before it knows the types", async () => {
  // As the driver rejects its own question, which it does not await (fetchArrayTypes in its connection.js).
  const error = Object.assign(new Error("read ECONNRESET"), {
    code: "ECONNRESET",
    query: "\n      select b.oid, b.typarray\n      from pg_catalog.pg_type a",
  });
  const unguard = guardAgainstLostSockets();
  // Uncaught, it would fail this test.
  const rejected = nextEvent("unhandledrejection");
  void Promise.reject(error);
  assert.ok((await rejected).defaultPrevented);
  unguard();
});
