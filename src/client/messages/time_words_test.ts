import assert from "node:assert/strict";
import fc from "fast-check";
import { toClockTime, toRelativeTime } from "./time_words.ts";

const ZONES = [
  "Europe/Oslo",
  "UTC",
  "America/St_Johns",
  "America/Los_Angeles",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
]
  .concat(["Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Sao_Paulo"]);

/** "instant, as seen at now, in a zone": the words in both languages. */
const CASES: readonly (readonly [instant: string, now: string, zone: string, en: string, nb: string])[] = [
  // On Sunday, Friday 18:00 is not yesterday.
  ["2026-11-27T17:00Z", "2026-11-29T11:00Z", "Europe/Oslo", "2 days ago", "i forgårs"],
  ["2026-11-27T17:00Z", "2026-11-29T16:00Z", "Europe/Oslo", "2 days ago", "i forgårs"],
  ["2026-11-28T10:00Z", "2026-11-29T11:00Z", "Europe/Oslo", "yesterday", "i går"],
  ["2026-11-27T17:00Z", "2026-11-28T18:00Z", "Europe/Oslo", "yesterday", "i går"],
  // Below a day hours say more, also over midnight.
  ["2026-11-28T22:59Z", "2026-11-28T23:01Z", "Europe/Oslo", "2 minutes ago", "for 2 minutter siden"],
  ["2026-11-28T17:00Z", "2026-11-29T11:00Z", "Europe/Oslo", "18 hours ago", "for 18 timer siden"],
  ["2026-11-28T11:00:01Z", "2026-11-29T11:00Z", "Europe/Oslo", "23 hours ago", "for 23 timer siden"],
  ["2026-11-28T11:00Z", "2026-11-29T11:00Z", "Europe/Oslo", "yesterday", "i går"],
  // A minute before midnight, a minute and a day after it: two midnights.
  ["2026-11-27T22:59Z", "2026-11-28T23:01Z", "Europe/Oslo", "2 days ago", "i forgårs"],
  ["2026-11-27T23:01Z", "2026-11-29T22:59Z", "Europe/Oslo", "yesterday", "i går"],
  // The same instants elsewhere.
  ["2026-11-27T22:59Z", "2026-11-28T23:01Z", "UTC", "yesterday", "i går"],
  ["2026-11-27T22:59Z", "2026-11-28T23:01Z", "America/Los_Angeles", "yesterday", "i går"],
  ["2026-11-27T09:30Z", "2026-11-28T10:30Z", "Pacific/Kiritimati", "2 days ago", "i forgårs"],
  // The day on which clocks go back has 25 hours, the one on which they go forward 23.
  ["2026-10-24T22:10Z", "2026-10-25T22:50Z", "Europe/Oslo", "24 hours ago", "for 24 timer siden"],
  ["2026-10-24T21:50Z", "2026-10-25T22:50Z", "Europe/Oslo", "yesterday", "i går"],
  ["2026-03-28T22:50Z", "2026-03-29T22:10Z", "Europe/Oslo", "23 hours ago", "for 23 timer siden"],
  ["2026-03-28T22:50Z", "2026-03-29T22:55Z", "Europe/Oslo", "2 days ago", "i forgårs"],
  // Over the end of a year, of a leap year's February.
  ["2026-12-31T10:00Z", "2027-01-01T12:00Z", "Europe/Oslo", "yesterday", "i går"],
  ["2026-12-31T10:00Z", "2027-01-03T09:00Z", "Europe/Oslo", "3 days ago", "for 3 døgn siden"],
  ["2028-02-28T10:00Z", "2028-03-01T09:00Z", "Europe/Oslo", "2 days ago", "i forgårs"],
  ["2025-11-29T10:00Z", "2026-11-29T12:00Z", "Europe/Oslo", "365 days ago", "for 365 døgn siden"],
];

Deno.test("how long ago counts days of the calendar in the person's zone", () => {
  for (const [instant, now, zone, en, nb] of CASES) {
    const words = (locale: string) => toRelativeTime(new Date(instant), new Date(now), locale, zone);
    assert.deepEqual([words("en-GB"), words("nb")], [en, nb], `${instant} at ${now} in ${zone}`);
  }
});

Deno.test("yesterday is said exactly when it was the day before, whatever the zone", () => {
  const day = (instant: Date, timeZone: string) => instant.toLocaleDateString("sv", { timeZone });
  const instants = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(
      instants,
      fc.integer({ min: 0, max: 4 * 86_400 }),
      fc.constantFrom(...ZONES),
      (now, seconds, zone) => {
        const instant = new Date(now.getTime() - seconds * 1000);
        const words = toRelativeTime(instant, now, "en-GB", zone);
        const [year = 0, month = 1, date = 1] = day(now, zone).split("-").map(Number);
        const before = (days: number) =>
          new Date(Date.UTC(year, month - 1, date - days)).toISOString().slice(0, 10);
        if (words === "yesterday") assert.equal(day(instant, zone), before(1));
        if (words === "2 days ago") assert.equal(day(instant, zone), before(2));
        if (seconds >= 25 * 3600) assert.match(words, /^(yesterday|\d days ago)$/);
        if (seconds < 86_400) assert.match(words, /^now$|second|minute|hour/);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a clock time has its date exactly when that is another day in the person's zone", () => {
  const now = new Date("2026-12-31T22:30:00Z");
  const next = new Date("2026-12-31T23:00:00Z");
  assert.equal(toClockTime(next, now, "en-GB", "UTC"), "23:00");
  assert.equal(toClockTime(next, now, "nb", "UTC"), "23:00");
  assert.match(toClockTime(next, now, "en-GB", "Europe/Oslo"), /^1 Jan 2027, 00:00$/);
  assert.match(toClockTime(next, now, "nb", "Europe/Oslo"), /^1\. jan\. 2027, 00:00$/);
});
