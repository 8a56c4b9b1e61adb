import assert from "node:assert/strict";
import { rememberTrouble } from "./database_trouble.ts";
import { SyncError } from "../core/errors.ts";

Deno.test("an isolate remembers the database's trouble from its beginning until it has been reported", () => {
  let now = 0;
  const memory = rememberTrouble(() => now);
  memory.record(new SyncError("database_unreachable", "Nothing came back."));
  memory.record(new TypeError("x is undefined"));
  assert.equal(memory.pending(), null);

  memory.record(new SyncError("database_read_only", "It takes no writes."));
  now = 60_000;
  memory.record(new SyncError("database_full", "Full."));
  const pending = memory.pending();
  assert.deepEqual(pending, {
    code: "database_full",
    since: "1970-01-01T00:00:00.000Z",
    until: "1970-01-01T00:01:00.000Z",
  });

  // While it was being reported it came again: that is not reported yet.
  now = 120_000;
  memory.record(new SyncError("database_full", "Full."));
  assert.ok(pending);
  memory.reported(pending);
  const again = memory.pending();
  assert.equal(again?.until, "1970-01-01T00:02:00.000Z");
  memory.reported(again);
  assert.equal(memory.pending(), null);
});
