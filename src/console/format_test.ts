import assert from "node:assert/strict";
import { duration, lastDays } from "./format.ts";

Deno.test("a duration is rounded before its unit is chosen", () => {
  const cases: readonly (readonly [seconds: number, text: string])[] = [
    ...[[0, "0.0 s"], [9.94, "9.9 s"], [9.96, "10 s"], [59.4, "59 s"], [59.6, "1 min 0 s"]] as const,
    ...[[119.6, "2 min 0 s"], [185, "3 min 5 s"], [599.4, "9 min 59 s"], [599.6, "10 min"]] as const,
    ...[[3569, "59 min"], [3599, "1 h 0 min"], [7800, "2 h 10 min"], [3 * 86_400, "3 days"]] as const,
  ];
  for (const [seconds, text] of cases) assert.equal(duration(seconds), text);
});

Deno.test("each day of the calendar comes once, also when clocks are changed", () => {
  // Half an hour after midnight in Oslo, the day after a Sunday of 23 hours.
  assert.deepEqual(lastDays(3, new Date("2026-03-29T22:30:00Z"), "Europe/Oslo"), [
    ...["2026-03-28", "2026-03-29", "2026-03-30"],
  ]);
  // Half an hour before midnight of a Sunday of 25 hours.
  assert.deepEqual(lastDays(2, new Date("2026-10-25T22:30:00Z"), "Europe/Oslo"), [
    "2026-10-24",
    "2026-10-25",
  ]);
  assert.deepEqual(lastDays(2, new Date("2026-03-01T00:30:00Z"), "UTC"), ["2026-02-28", "2026-03-01"]);
});
