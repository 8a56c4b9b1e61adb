import assert from "node:assert/strict";
import { SYNC_ERRORS } from "../../rpc-logic/error_codes.ts";
import {
  type SyncErrorCode,
  SyncSchedulerError,
  type SyncSchedulerErrorFields,
  type WorkerErrorCode,
} from "../sync_scheduler_error.ts";
import { describeError } from "./describe_error.ts";
import { en } from "./en.ts";
import { nb } from "./nb.ts";

const now = new Date("2026-11-25T12:00:00Z");
const CLIENT_CODES: SyncErrorCode[] = [
  "network_unreachable",
  "server_unavailable",
  "database_full",
  "database_read_only",
  "database_restarting",
  "unexpected_error",
];
const WORKER_CODES: Record<WorkerErrorCode, true> = {
  invalid_token: true,
  already_claimed: true,
  attempt_not_current: true,
  run_is_final: true,
  invalid_worker_request: true,
};
const CODES = [...Object.keys(SYNC_ERRORS), ...CLIENT_CODES]
  .filter((code) => !(code in WORKER_CODES)).toSorted() as SyncErrorCode[];
const activeRun = {
  runId: "r-1",
  status: "running",
  triggeredBy: "manual",
  triggeredByUserId: "kari",
  startedAt: new Date("2026-11-25T11:58:00Z"),
} as const;
const messageOf = (
  fields: SyncSchedulerErrorFields,
  messages = en,
  nameOf: (id: string) => string | null = () => "Kari",
) => describeError(new SyncSchedulerError(fields), { messages, nameOf, now });

Deno.test("every code has a message in both languages, and no message is for a code that does not exist", () => {
  for (const messages of [en, nb]) {
    assert.deepEqual(Object.keys(messages.errors).toSorted(), CODES, messages.locale);
  }
});

Deno.test("every message is a sentence of its own language, also when nothing is known of the case", () => {
  for (const code of CODES) {
    const [english, norwegian] = [messageOf({ code }), messageOf({ code }, nb)];
    assert.notEqual(english, norwegian, code);
    for (const sentence of [english, norwegian]) {
      assert.match(sentence, /^\p{Lu}.*\.$/u, code);
      assert.doesNotMatch(sentence, /undefined|null|NaN|_/, code);
    }
  }
});

Deno.test("an active run is named by who started it", () => {
  const code = "sync_already_in_progress";
  assert.equal(messageOf({ code, activeRun }), "Kari started a sync 2 minutes ago.");
  assert.equal(messageOf({ code, activeRun }, en, () => null), "A colleague started a sync 2 minutes ago.");
  assert.equal(messageOf({ code, activeRun }, nb), "Kari startet en synkronisering for 2 minutter siden.");
  const byApi = { ...activeRun, triggeredBy: "api", triggeredByUserId: null } as const;
  assert.equal(
    messageOf({ code, activeRun: byApi }, nb),
    "En automatisk synkronisering startet for 2 minutter siden.",
  );
  const pending = {
    ...activeRun,
    triggeredBy: "schedule",
    triggeredByUserId: null,
    startedAt: null,
  } as const;
  assert.equal(messageOf({ code, activeRun: pending }), "A scheduled sync is about to start.");
  const details = { notice: "vendor_incident" };
  assert.match(messageOf({ code, activeRun: pending, details }), /^The external system cannot be reached/);
  assert.match(
    messageOf({ code, activeRun: pending, details }, nb),
    /^Det eksterne systemet er utilgjengelig/,
  );
});

Deno.test("a pause is shown with its reason and its end, as far as there are any", () => {
  const code = "integration_paused";
  assert.equal(
    messageOf({ code, details: { reason: "Year end", resume_at: null } }),
    "The integration is paused: Year end",
  );
  assert.match(
    messageOf({ code, details: { reason: null, resume_at: "2026-11-26T06:00:00+00:00" } }, nb),
    /^Integrasjonen er satt på pause til 26\. nov\. 2026, \d\d:00\.$/,
  );
});

Deno.test("rate_limited names what was refused", () => {
  const refused = (limit?: string) => ({
    code: "rate_limited",
    retryAfterSeconds: 240,
    details: { limit },
  } as const);
  assert.equal(
    messageOf(refused()),
    "There was a sync just now. Try again in 4 minutes.",
    "of an older database",
  );
  const words = ["cooldown", "presses_per_hour", "changes_per_hour", "check", "webhook", "vendor"].map(
    (limit) => {
      const [english, norwegian] = [messageOf(refused(limit)), messageOf(refused(limit), nb)];
      assert.match(english, / Try again in 4 minutes\.$/);
      assert.match(norwegian, / Prøv igjen om 4 minutter\.$/);
      return [english, norwegian];
    },
  );
  assert.equal(new Set(words.flat()).size, 12, "each in words of its own");
  assert.equal(messageOf(refused("check")), "The connection was checked just now. Try again in 4 minutes.");
});
