import type { SyncMessages } from "./sync_messages.ts";

/** What the page shows is not what there is. */
const reload = "Last siden på nytt og prøv igjen.";

/**
 * Norwegian Bokmål.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nb } from "./nb.ts";
 *
 * assert.equal(nb.errors.integration_disabled, "Integrasjonen er slått av.");
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
    unknown_integration_type: "Integrasjonen finnes ikke.",
    integration_not_found: "Integrasjonen er ikke koblet til.",
    idempotency_key_reused: reload,
    integration_disabled: "Integrasjonen er slått av.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `Integrasjonen er satt på pause${until ? ` til ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun, details }, name, ago }) => {
      if (details.notice === "vendor_incident") {
        return "Det eksterne systemet er utilgjengelig for øyeblikket. Synkroniseringen som pågår, prøver igjen av seg selv.";
      }
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "En kollega"} startet en synkronisering ${ago ?? "akkurat nå"}.`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "automatisk" : "planlagt";
      return ago
        ? `En ${kind} synkronisering startet ${ago}.`
        : `En ${kind} synkronisering er i ferd med å starte.`;
    },
    rate_limited: ({ wait }) => `Det ble nettopp synkronisert. Prøv igjen om ${wait ?? "et øyeblikk"}.`,
    function_url_not_configured: "Installasjonen er ikke fullført.",
    run_not_active: "Synkroniseringen er allerede avsluttet.",
    reason_too_long: "Begrunnelsen er lengre enn 500 tegn.",
    invalid_schedule: "Tidsplanen er ikke gyldig.",
    invalid_time_zone: "Tidssonen er ukjent.",
    invalid_configuration: ({ error: { details: { field } } }) =>
      field ? `Innstillingen ${field} er ikke gyldig.` : "En innstilling er ikke gyldig.",
    invalid_resume_at: "Sluttidspunktet for pausen er ikke gyldig.",
    invalid_period: "Perioden er ikke gyldig.",
    invalid_count: "Antallet er ikke gyldig.",
    run_not_retryable: "Synkroniseringen er verken mislykket eller avbrutt.",
    entry_is_sent: "Posten er allerede sendt.",
    invalid_entries: "Postene er ikke gyldige.",
    reason_missing: "Begrunnelsen mangler.",
    entries_not_found: "Postene finnes ikke.",
    entries_not_settleable: reload,
    batch_was_sent_again: "Bunken er sendt på nytt i mellomtiden. Slå den opp igjen og avklar den deretter.",
    batch_is_open: "Avklar alle postene i bunken samlet.",
    invalid_credentials: "Påloggingsopplysningene er ikke gyldige.",
    credentials_not_stored: "Påloggingsopplysningene kunne ikke lagres. Prøv igjen om litt.",
    network_unreachable: "Ingen forbindelse med tjeneren. Prøv igjen om litt.",
    server_unavailable: "Tjeneren er ikke tilgjengelig. Prøv igjen om litt.",
    unexpected_error: "Noe gikk galt. Prøv igjen om litt.",
  },
  texts: {
    press: "Synkroniser nå",
    busy: "Synkroniserer …",
    never: "Ikke synkronisert ennå",
    status: {
      pending: "Synkroniseringen er i ferd med å starte",
      running: "Synkroniseringen pågår",
      succeeded: "Synkroniseringen er fullført",
      failed: "Synkroniseringen mislyktes",
      cancelled: "Synkroniseringen ble avbrutt",
      skipped: "Synkroniseringen ble hoppet over",
    },
    cancelling: "Synkroniseringen avbrytes",
    cancel: "Avbryt",
    retry: "Kjør på nytt",
    progress: (done, total) => `${done} av ${total} poster`,
    rejected: (count) => `${count} avvist`,
    nextAttempt: (time) => `nytt forsøk: ${time}`,
    lastSuccess: (ago) => `Sist synkronisert ${ago}`,
    alerts: (count) => count === 1 ? "1 åpent varsel" : `${count} åpne varsler`,
  },
};
