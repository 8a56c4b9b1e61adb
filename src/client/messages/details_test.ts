/** The details that the database gives with an error are part of its sentence. */
import assert from "node:assert/strict";
import { type SyncErrorCode, SyncSchedulerError } from "../sync_scheduler_error.ts";
import { describeError } from "./describe_error.ts";
import { en } from "./en.ts";
import { nb } from "./nb.ts";

const now = new Date("2026-11-29T12:00:00");

type Details = Readonly<Record<string, unknown>>;
const schedule = (field: string, value: string, reason: string) => ({ field, value, reason });

/** "code, details, what they are in English and in Norwegian". */
const CASES: readonly (readonly [SyncErrorCode, Details, english: string, norwegian: string])[] = [
  [
    "invalid_schedule",
    schedule("hour", "25", "out of range: 0 to 23"),
    "The schedule is not valid: hour 25 is out of range (0 to 23).",
    "Tidsplanen er ikke gyldig: time 25 er utenfor området (0 til 23).",
  ],
  [
    "invalid_schedule",
    schedule("day_of_week", "mondag", "neither a number nor a known name"),
    "The schedule is not valid: day of week mondag is neither a number nor a known name.",
    "Tidsplanen er ikke gyldig: ukedag mondag er verken et tall eller et kjent navn.",
  ],
  [
    "invalid_schedule",
    schedule("minute", "5/2", "a step needs a range: 5-59/2"),
    "The schedule is not valid: minute 5/2: a step needs a range: 5-59/2.",
    "Tidsplanen er ikke gyldig: minutt 5/2: et steg trenger et område: 5-59/2.",
  ],
  [
    "invalid_schedule",
    schedule("minute", "", "an element of the list is empty"),
    "The schedule is not valid: minute: an element of the list is empty.",
    "Tidsplanen er ikke gyldig: minutt: et element i listen er tomt.",
  ],
  [
    "invalid_schedule",
    schedule("expression", "0 2 * *", "five fields expected, found 4"),
    "The schedule is not valid: five fields expected, found 4.",
    "Tidsplanen er ikke gyldig: ventet fem felt, fant 4.",
  ],
  [
    "invalid_schedule",
    schedule("day_of_month", "30", "no chosen month has such a day"),
    "The schedule is not valid: day of month 30: no chosen month has such a day.",
    "Tidsplanen er ikke gyldig: dag i måneden 30: ingen av de valgte månedene har en slik dag.",
  ],
  [
    "invalid_time_zone",
    { time_zone: "Oslo" },
    "The time zone Oslo is not known. Give it by area and place: Europe/Oslo.",
    "Tidssonen Oslo er ukjent. Oppgi den med område og sted: Europe/Oslo.",
  ],
  [
    "invalid_configuration",
    { field: "max_attempts", reason: "out of range" },
    "The setting max_attempts is not valid: out of range.",
    "Innstillingen max_attempts er ikke gyldig: utenfor området.",
  ],
  [
    "invalid_configuration",
    { field: "shedule", reason: "unknown setting", known: ["schedule", "time_zone"] },
    "The setting shedule is not valid: unknown setting. Known are schedule, time_zone.",
    "Innstillingen shedule er ikke gyldig: ukjent innstilling. Disse finnes: schedule, time_zone.",
  ],
  [
    "invalid_configuration",
    { reason: "changes must be a JSON object" },
    "A setting is not valid: changes must be a JSON object.",
    "En innstilling er ikke gyldig: endringene må være et JSON-objekt.",
  ],
  [
    "invalid_configuration",
    { field: "url", reason: "a reason that is new" },
    "The setting url is not valid: a reason that is new.",
    "Innstillingen url er ikke gyldig: a reason that is new.",
  ],
  [
    "invalid_period",
    { reason: "longer than 366 days" },
    "The period is not valid: longer than 366 days.",
    "Perioden er ikke gyldig: lengre enn 366 dager.",
  ],
  [
    "invalid_period",
    { reason: "more than 1000 slots", first_slots_end_before: "2026-11-05 12:00:00" },
    "The period is not valid: more than 1000 slots. Try one that ends on 5 Nov 2026, 12:00.",
    "Perioden er ikke gyldig: mer enn 1000 tidspunkter. Prøv en som slutter 5. nov. 2026, 12:00.",
  ],
  [
    "invalid_period",
    {
      reason: "older than what the run log keeps, so what ran then is not known",
      earliest: "2026-11-29T10:30:00",
    },
    "The period is not valid: older than what the run log keeps, so what ran then is not known. It may begin on 10:30.",
    "Perioden er ikke gyldig: eldre enn det kjøreloggen tar vare på. Den kan begynne 10:30.",
  ],
  [
    "invalid_count",
    { n: "1 to 100" },
    "The number is not valid: n: 1 to 100.",
    "Antallet er ikke gyldig: n: 1 til 100.",
  ],
  [
    "invalid_entries",
    { entries: "at most 1000" },
    "The entries are not valid: entries: at most 1000.",
    "Postene er ikke gyldige: entries: høyst 1000.",
  ],
  [
    "invalid_entries",
    { refused: [{ entry_key: "a", field: "period", reason: "is missing" }], refused_count: 4 },
    "The entries are not valid: a (period is missing) (+3).",
    "Postene er ikke gyldige: a (period is missing) (+3).",
  ],
  [
    "sync_already_in_progress",
    { notice: "vendor_quota_exhausted", quota_until: "2026-11-29T14:00:00" },
    "The vendor's quota is used up until 14:00. The sync goes on by itself.",
    "Leverandørens kvote er brukt opp fram til 14:00. Synkroniseringen fortsetter av seg selv.",
  ],
  [
    "invalid_resume_at",
    { resume_at: "2026-11-29T10:00:00" },
    "The end of the pause, 10:00, is not valid. It must be in the future.",
    "Sluttidspunktet for pausen, 10:00, er ikke gyldig. Det må ligge i framtiden.",
  ],
  [
    "unknown_integration_type",
    { known_types: ["dynamics", "webhook"] },
    "The integration does not exist. There are: dynamics, webhook.",
    "Integrasjonen finnes ikke. Disse finnes: dynamics, webhook.",
  ],
  [
    "entries_not_found",
    { entry_keys: ["a", "b", "c", "d", "e"] },
    "The entries do not exist: a, b, c (+2). Check their keys.",
    "Postene finnes ikke: a, b, c (+2). Kontroller nøklene.",
  ],
  [
    "entries_not_settleable",
    { entries: [{ entry_key: "a", state: "sending", sent_at: null }] },
    "The entries have changed in the meantime: a (being sent). Reload the page and try again.",
    "Postene er endret i mellomtiden: a (sendes nå). Last siden på nytt og prøv igjen.",
  ],
  [
    "batch_is_open",
    { entry_keys: ["a", "b"] },
    "Settle all entries of the batch together: a, b.",
    "Avklar alle postene i bunken samlet: a, b.",
  ],
  [
    "batch_is_open",
    { entry_keys: ["a", "b"], address_keys: ["url"] },
    "The address cannot change while the outcome of entries is open: a, b. Wait until the sync has ended, or settle them.",
    "Adressen kan ikke endres mens utfallet av poster er åpent: a, b. Vent til synkroniseringen er ferdig, eller avklar dem.",
  ],
  [
    "entry_is_sent",
    { entry_key: "a" },
    "The entry a has been sent already. Correct it by a new entry.",
    "Posten a er allerede sendt. Rett den med en ny post.",
  ],
  [
    "batch_is_open",
    { entry_keys: ["a", "b", "c", "d"], count: 12 },
    "Settle all entries of the batch together: a, b, c (+9).",
    "Avklar alle postene i bunken samlet: a, b, c (+9).",
  ],
  [
    "argument_too_long",
    { argument: "schedule", max_length: 200 },
    "The value of schedule is too long. Give at most 200 characters.",
    "Verdien for schedule er for lang. Oppgi høyst 200 tegn.",
  ],
  [
    "argument_too_long",
    { argument: "changes", max_bytes: 65536 },
    "The value of changes is too long. Give at most 65536 bytes.",
    "Verdien for changes er for lang. Oppgi høyst 65536 byte.",
  ],
  [
    "argument_too_long",
    { argument: "credentials", max_digits: 340 },
    "The value of credentials is too long. Write numbers with at most 340 digits.",
    "Verdien for credentials er for lang. Skriv tall med høyst 340 sifre.",
  ],
  [
    "reason_too_long",
    { max_length: 300 },
    "The reason is longer than 300 characters. Shorten it.",
    "Begrunnelsen er lengre enn 300 tegn. Kort den ned.",
  ],
  [
    "run_not_active",
    { status: "failed" },
    "The sync has ended already: failed.",
    "Synkroniseringen er allerede avsluttet: mislykket.",
  ],
  [
    "run_not_retryable",
    { status: "running" },
    "The sync has neither failed nor been cancelled: running. Start a new one instead.",
    "Synkroniseringen er verken mislykket eller avbrutt: pågår. Start en ny i stedet.",
  ],
  [
    "invalid_credentials",
    { reason: "a JSON object of at most 16 KiB, or null to remove them" },
    "The credentials are not valid: a JSON object of at most 16 KiB, or null to remove them.",
    "Påloggingsopplysningene er ikke gyldige: et JSON-objekt på høyst 16 KiB, eller null for å fjerne dem.",
  ],
  [
    "credentials_not_stored",
    { sqlstate: "42501" },
    "The credentials were not stored (42501). Try again in a moment.",
    "Påloggingsopplysningene kunne ikke lagres (42501). Prøv igjen om litt.",
  ],
];

Deno.test("a message keeps the details of its error, in both languages", () => {
  for (const [code, details, english, norwegian] of CASES) {
    const error = new SyncSchedulerError({ code, details });
    assert.equal(describeError(error, { now }), english);
    assert.equal(describeError(error, { now, messages: nb }), norwegian);
  }
});

Deno.test("a notice of the run in the way is part of the message about it", () => {
  for (const messages of [en, nb]) {
    for (const [notice, words] of Object.entries(messages.texts.notices)) {
      const error = new SyncSchedulerError({ code: "sync_already_in_progress", details: { notice } });
      assert.ok(describeError(error, { messages }).endsWith(`${words}.`), notice);
    }
  }
});

Deno.test("details of an odd shape break no message", () => {
  const odd = [null, 0, 7, "", "x", true, [], ["a", 1, null], {}, { a: 1 }, [[]], [{}], [{
    entry_key: null,
  }]];
  const names = [
    "field",
    "value",
    "reason",
    "known",
    "entries",
    "entry_keys",
    "entry_key",
    "status",
    "earliest",
    "n",
  ]
    .concat([
      "known_types",
      "time_zone",
      "max_length",
      "max_bytes",
      "max_digits",
      "argument",
      "count",
      "sqlstate",
      "notice",
      "resume_at",
      "first_slots_end_before",
    ]);
  for (const messages of [en, nb]) {
    for (const code of Object.keys(messages.errors) as SyncErrorCode[]) {
      for (const value of odd) {
        const details = Object.fromEntries(names.map((name) => [name, value]));
        const message = describeError(new SyncSchedulerError({ code, details }), { messages });
        assert.match(message, /^\p{Lu}/u, code);
      }
    }
  }
});
