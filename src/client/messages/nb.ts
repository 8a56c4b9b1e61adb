import { because, fault, names, pairs } from "./details.ts";
import { reasonInNorwegian } from "./nb_reasons.ts";
import type { LimitTexts, SyncMessages } from "./sync_messages.ts";

/** What the page shows is not what there is. */
const reload = "Last siden på nytt og prøv igjen.";

const status = {
  pending: "Synkroniseringen er i ferd med å starte",
  running: "Synkroniseringen pågår",
  succeeded: "Synkroniseringen er fullført",
  failed: "Synkroniseringen mislyktes",
  cancelled: "Synkroniseringen ble avbrutt",
  skipped: "Synkroniseringen ble hoppet over",
};

const quota = (until: string) =>
  `Leverandørens kvote er brukt opp fram til ${until}. Synkroniseringen fortsetter av seg selv`;

const notices = {
  integration_paused: "Synkroniseringen venter til pausen er over",
  vendor_quota_exhausted: "Leverandørens kvote er brukt opp. Synkroniseringen fortsetter av seg selv",
  vendor_incident:
    "Det eksterne systemet er utilgjengelig for øyeblikket. Synkroniseringen som pågår, prøver igjen av seg selv",
  scheduler_not_ticking: "Planleggeren står stille, så ingenting gjentas av seg selv. Si fra til driften",
  function_outdated: "Synkroniseringen venter på en oppdatering av installasjonen. Si fra til driften",
  schema_outdated: "Synkroniseringen venter på en oppdatering av installasjonen. Si fra til driften",
};

const states = {
  pending: "venter",
  sending: "sendes nå",
  unknown: "utfallet er ukjent",
  exported: "eksportert",
  rejected: "avvist",
  withdrawn: "trukket tilbake",
};

const ended: Readonly<Record<string, string>> = {
  pending: "på vent",
  running: "pågår",
  succeeded: "fullført",
  failed: "mislykket",
  cancelled: "avbrutt",
  skipped: "hoppet over",
};

const fields: Readonly<Record<string, string>> = {
  minute: "minutt",
  hour: "time",
  day_of_month: "dag i måneden",
  month: "måned",
  day_of_week: "ukedag",
};

const limits: LimitTexts = {
  presses_per_hour: "Organisasjonen har startet mange synkroniseringer den siste timen",
  changes_per_hour: "Organisasjonen har gjort dette svært ofte den siste timen",
  check: "Forbindelsen ble nettopp kontrollert",
  webhook: "Varslingen ble nettopp satt opp",
  vendor: "Det eksterne systemet ber oss om å roe ned",
};

const reasonOf = (reason: unknown) => reason && reasonInNorwegian(String(reason));

/**
 * Norwegian Bokmål.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nb } from "./nb.ts";
 *
 * assert.equal(nb.errors.integration_disabled, "Integrasjonen er slått av. Be en administrator om å slå den på.");
 * ```
 */
export const nb: SyncMessages = {
  locale: "nb",
  errors: {
    not_authenticated: "Du er ikke logget inn. Logg inn og prøv igjen.",
    unsupported_identity:
      "Denne innloggingen støttes ikke her. Logg inn med en konto i denne appen, eller spør utviklerne.",
    not_authorized: "Du har ikke tilgang til dette. Spør en administrator i organisasjonen.",
    invalid_idempotency_key: reload,
    unknown_integration_type: ({ error: { details: { known_types } } }) =>
      `Integrasjonen finnes ikke.${known_types ? ` Disse finnes: ${names(known_types)}.` : ""}`,
    integration_not_found: "Integrasjonen er ikke koblet til. Be en administrator om å koble den til.",
    idempotency_key_reused: reload,
    integration_disabled: "Integrasjonen er slått av. Be en administrator om å slå den på.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `Integrasjonen er satt på pause${until ? ` til ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun, details }, name, ago, at }) => {
      const until = at(details.quota_until);
      if (until && details.notice === "vendor_quota_exhausted") return `${quota(until)}.`;
      const notice = notices[details.notice as keyof typeof notices];
      if (notice && details.notice !== "scheduler_not_ticking") return `${notice}.`;
      const rest = notice ? ` ${notice}.` : "";
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "En kollega"} startet en synkronisering ${ago ?? "akkurat nå"}.${rest}`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "automatisk" : "planlagt";
      return (ago
        ? `En ${kind} synkronisering startet ${ago}.`
        : `En ${kind} synkronisering er i ferd med å starte.`) + rest;
    },
    rate_limited: ({ error: { details }, wait }) =>
      `${limits[String(details.limit)] ?? "Det ble nettopp synkronisert"}. Prøv igjen om ${
        wait ?? "et øyeblikk"
      }.`,
    function_url_not_configured:
      "Installasjonen er ikke fullført. Be driften om å kjøre npx sync-scheduler doctor.",
    run_not_active: ({ error: { details } }) =>
      `Synkroniseringen er allerede avsluttet${because(ended[String(details.status)])}`,
    reason_too_long: ({ error: { details: { max_length = 500 } } }) =>
      `Begrunnelsen er lengre enn ${max_length} tegn. Kort den ned.`,
    argument_too_long: ({ error: { details: { argument, max_length, max_bytes, max_digits } } }) =>
      `Verdien${argument ? ` for ${argument}` : ""} er for lang. ${
        max_length
          ? `Oppgi høyst ${max_length} tegn.`
          : max_bytes
          ? `Oppgi høyst ${max_bytes} byte.`
          : max_digits
          ? `Skriv tall med høyst ${max_digits} sifre.`
          : "Kort den ned."
      }`,
    invalid_schedule: ({ error: { details: { field, value, reason } } }) =>
      `Tidsplanen er ikke gyldig${
        because(
          reason && fault(
            field === "expression" ? [] : [fields[String(field)] ?? field, value],
            reasonInNorwegian(String(reason)),
          ),
        )
      }`,
    invalid_time_zone: ({ error: { details: { time_zone } } }) =>
      `Tidssonen${time_zone ? ` ${time_zone}` : ""} er ukjent. Oppgi den med område og sted: Europe/Oslo.`,
    invalid_configuration: ({ error: { details: { field, reason, known } } }) =>
      `${field ? `Innstillingen ${field}` : "En innstilling"} er ikke gyldig${because(reasonOf(reason))}${
        Array.isArray(known) ? ` Disse finnes: ${known.join(", ")}.` : ""
      }`,
    invalid_resume_at: ({ until }) =>
      `Sluttidspunktet for pausen${until ? `, ${until},` : ""} er ikke gyldig. Det må ligge i framtiden.`,
    invalid_period: ({ error: { details }, at }) => {
      const [earliest, before] = [at(details.earliest), at(details.first_slots_end_before)];
      const way = earliest
        ? ` Den kan begynne ${earliest}.`
        : before
        ? ` Prøv en som slutter ${before}.`
        : "";
      return `Perioden er ikke gyldig${because(reasonOf(details.reason))}${way}`;
    },
    invalid_count: ({ error: { details } }) =>
      `Antallet er ikke gyldig${because(pairs(details, reasonInNorwegian))}`,
    run_not_retryable: ({ error: { details } }) =>
      `Synkroniseringen er verken mislykket eller avbrutt${
        because(ended[String(details.status)])
      } Start en ny i stedet.`,
    entry_is_sent: ({ error: { details: { entry_key } } }) =>
      `Posten${entry_key ? ` ${entry_key}` : ""} er allerede sendt. Rett den med en ny post.`,
    invalid_entries: ({ error: { details } }) =>
      `Postene er ikke gyldige${
        because(pairs(details, reasonInNorwegian) || names(details.refused, {}, details.refused_count))
      }`,
    reason_missing: "Begrunnelsen mangler. Oppgi en: den tas vare på i revisjonsloggen.",
    entries_not_found: ({ error: { details: { entry_keys, batch_ids, count } } }) =>
      `Postene finnes ikke${because(names(entry_keys ?? batch_ids, {}, count))} Kontroller nøklene.`,
    entries_not_settleable: ({ error: { details: { entries, count } } }) =>
      entries ? `Postene er endret i mellomtiden: ${names(entries, states, count)}. ${reload}` : reload,
    batch_was_sent_again: "Bunken er sendt på nytt i mellomtiden. Slå den opp igjen og avklar den deretter.",
    batch_is_open: ({ error: { details: { entry_keys, address_keys, count } } }) =>
      address_keys
        ? `Adressen kan ikke endres mens utfallet av poster er åpent${because(names(entry_keys))} ` +
          "Vent til synkroniseringen er ferdig, eller avklar dem."
        : `Avklar alle postene i bunken samlet${because(names(entry_keys, {}, count))}`,
    invalid_credentials: ({ error: { details: { reason } } }) =>
      `Påloggingsopplysningene er ikke gyldige${because(reasonOf(reason))}`,
    address_changed:
      "Adressen til integrasjonen er endret, så ingenting ble lagret. Kontroller den, og lagre påloggingsopplysningene på nytt.",
    credentials_not_stored: ({ error: { details: { sqlstate } } }) =>
      `Påloggingsopplysningene kunne ikke lagres${sqlstate ? ` (${sqlstate})` : ""}. Prøv igjen om litt.`,
    network_unreachable: "Ingen forbindelse med tjeneren. Prøv igjen om litt.",
    server_unavailable: "Tjeneren er ikke tilgjengelig. Prøv igjen om litt.",
    database_full:
      "Disken til databasen er full, så ingenting ble startet eller lagret. Si fra til dem som drifter appen, og prøv igjen senere.",
    database_read_only:
      "Databasen tar ikke imot endringer akkurat nå, så ingenting ble startet eller lagret. Si fra til dem som drifter appen, og prøv igjen senere.",
    database_restarting: "Databasen starter på nytt. Prøv igjen om et minutt.",
    unexpected_error: "Noe gikk galt. Prøv igjen om litt.",
  },
  texts: {
    press: "Synkroniser nå",
    busy: "Synkroniserer …",
    again: (clock) => `Ny synk. om ${clock}`,
    never: "Ikke synkronisert ennå",
    status,
    notices,
    quota,
    states,
    cancelling: "Synkroniseringen avbrytes",
    cancel: "Avbryt",
    retry: "Kjør på nytt",
    progress: (done, total) => `${done} av ${total} poster`,
    rejected: (count) => `${count} avvist`,
    outcome: (exported, rejected) => `${exported} eksportert, ${rejected} avvist`,
    undecided: (count) =>
      count === 1 ? "1 post trenger en avgjørelse" : `${count} poster trenger en avgjørelse`,
    nextAttempt: (time) => `nytt forsøk: ${time}`,
    lastSuccess: (ago) => `Sist synkronisert ${ago}`,
    alerts: (count) => count === 1 ? "1 åpent varsel" : `${count} åpne varsler`,
  },
};
