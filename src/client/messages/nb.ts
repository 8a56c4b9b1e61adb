import type { SyncMessages } from "./sync_messages.ts";

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
    not_authorized: "Du har ikke tilgang til dette. Spør en administrator i organisasjonen.",
    invalid_idempotency_key: "Forespørselen var ugyldig. Last siden på nytt og prøv igjen.",
    unknown_integration_type: "Det finnes ingen integrasjon av denne typen.",
    integration_not_found: "Organisasjonen har ikke koblet til denne integrasjonen ennå.",
    idempotency_key_reused: "Forespørselen hører til en annen integrasjon. Last siden på nytt og prøv igjen.",
    integration_disabled: "Integrasjonen er slått av.",
    integration_paused: ({ error: { details: { reason } }, until }) =>
      `Integrasjonen er satt på pause${until ? ` til ${until}` : ""}${reason ? `: ${reason}` : "."}`,
    sync_already_in_progress: ({ error: { activeRun }, name, ago }) => {
      if (activeRun?.triggeredBy === "manual") {
        return `${name ?? "En kollega"} startet en synkronisering ${ago ?? "akkurat nå"}.`;
      }
      const kind = activeRun?.triggeredBy === "api" ? "automatisk" : "planlagt";
      return ago
        ? `En ${kind} synkronisering startet ${ago}.`
        : `En ${kind} synkronisering er i ferd med å starte.`;
    },
    rate_limited: ({ wait }) => `Det ble nettopp synkronisert. Prøv igjen om ${wait ?? "et øyeblikk"}.`,
    function_url_not_configured: "Installasjonen er ikke fullført. Kontakt den som drifter den.",
    run_not_active: "Synkroniseringen er allerede avsluttet.",
    reason_too_long: "Begrunnelsen er for lang: høyst 500 tegn.",
    invalid_schedule: "Tidsplanen er ikke gyldig.",
    invalid_time_zone: "Tidssonen er ukjent.",
    invalid_configuration: ({ error: { details: { field } } }) =>
      field ? `Innstillingen ${field} er ikke gyldig.` : "En innstilling er ikke gyldig.",
    invalid_resume_at: "En pause må slutte i framtiden.",
    invalid_period: "Perioden er ikke gyldig.",
    invalid_count: "Antallet er utenfor det tillatte.",
    run_not_retryable: "Bare en synkronisering som mislyktes eller ble avbrutt, kan kjøres på nytt.",
    run_is_final: "Synkroniseringen er avsluttet og endres ikke lenger.",
    entry_is_sent: "Posten er sendt og kan ikke endres lenger.",
    invalid_entries: "Postene er ikke gyldige.",
    reason_missing: "Oppgi en begrunnelse; den lagres i loggen.",
    entries_not_found: "Disse postene finnes ikke.",
    entries_not_settleable: "Postene kan ikke avklares slik. Last siden på nytt og se igjen.",
    batch_is_open: "Andre poster ble sendt sammen med disse og må avklares sammen med dem.",
    invalid_credentials: "Påloggingsopplysningene er ikke gyldige.",
    credentials_not_stored: "Påloggingsopplysningene kunne ikke lagres; ingenting er endret. Prøv igjen.",
    invalid_token: "Nøkkelen til arbeidsprosessen er ikke gyldig.",
    already_claimed: "En annen arbeidsprosess har overtatt.",
    attempt_not_current: "Forsøket er avsluttet.",
    invalid_worker_request: "Forespørselen fra arbeidsprosessen er ikke gyldig.",
    network_unreachable: "Ingen forbindelse med tjeneren. Prøv igjen når du er på nett.",
    server_unavailable: "Tjeneren svarer ikke som den skal. Prøv igjen om litt.",
    unexpected_error: "Noe uventet gikk galt. Prøv igjen, og si fra hvis det vedvarer.",
  },
};
