import assert from "node:assert/strict";
import fc from "fast-check";
import { cooldownLeft } from "./cooldown.ts";

const now = new Date("2026-11-23T12:00:00Z");
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);

Deno.test("cooldownLeft is null when no manual run exists", () => {
  assert.equal(cooldownLeft(null, 300, now), null);
});

Deno.test("cooldownLeft is null exactly at the end of the cooldown", () => {
  assert.equal(cooldownLeft(ago(300_000), 300, now), null);
});

Deno.test("cooldownLeft says one second when one millisecond is left", () => {
  assert.deepEqual(cooldownLeft(ago(299_999), 300, now), {
    retryAfterSeconds: 1,
    retryAt: new Date(now.getTime() + 1),
  });
});

Deno.test("cooldownLeft is the whole cooldown right after a trigger", () => {
  assert.equal(cooldownLeft(now, 300, now)?.retryAfterSeconds, 300);
});

Deno.test("cooldownLeft is null at once when the cooldown is zero", () => {
  assert.equal(cooldownLeft(now, 0, now), null);
});

Deno.test("cooldownLeft never sends a caller back too early", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000 }),
      fc.integer({ min: 0, max: 3600 }),
      (millisecondsAgo, cooldownSeconds) => {
        const left = cooldownLeft(ago(millisecondsAgo), cooldownSeconds, now);
        if (left === null) return millisecondsAgo >= cooldownSeconds * 1000;
        const afterWaiting = new Date(now.getTime() + left.retryAfterSeconds * 1000);
        const oneSecondEarlier = new Date(afterWaiting.getTime() - 1000);
        return cooldownLeft(ago(millisecondsAgo), cooldownSeconds, afterWaiting) === null &&
          cooldownLeft(ago(millisecondsAgo), cooldownSeconds, left.retryAt) === null &&
          // Not a second too late either: one second less would have been refused.
          cooldownLeft(ago(millisecondsAgo), cooldownSeconds, oneSecondEarlier) !== null;
      },
    ),
  );
});
