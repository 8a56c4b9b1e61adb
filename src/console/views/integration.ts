import { html, nothing, type TemplateResult } from "lit";
import { ago, inZone, relative } from "../format.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Overview } from "../state/types.ts";
import { alertsView } from "./alerts.ts";
import { calendarView, trendView } from "./charts.ts";
import { historyView } from "./history.ts";
import { ledgerView } from "./ledger.ts";
import { outboxView } from "./outbox.ts";
import { pill, refusal } from "./parts.ts";
import { pauseNotice, pauseView } from "./pause.ts";
import { scheduleView } from "./schedule.ts";
import { healthOf } from "./words.ts";

/** What the page of an integration needs besides the models. */
export interface IntegrationView {
  readonly model: OrganisationModel;
  readonly row: Overview;
  readonly now: Date;
  nameOf(userId: string): string | null | undefined;
}

/** Everything of one integration: how it is, what runs, what ran, what comes. */
export function integrationView(
  { model, row, now, nameOf }: IntegrationView,
): TemplateResult {
  const parts = model.integration(row);
  const { tone, text } = healthOf(row);
  return html`
    <main id="content" tabindex="-1">
      <section class="head" aria-labelledby="name">
        <div>
          <h1 id="name" tabindex="-1">${row.type_name}</h1>
          <p class="facts">${pill(tone, text)} ${facts(row, now)}</p>
        </div>
        <div class="actions">
          ${model.organisation.role === "admin" ? pauseView(model, row) : nothing}
          <manual-sync-button class=${row.paused_at === null ? "" : "paused"} .controller=${parts
            .controller}></manual-sync-button>
        </div>
      </section>
      ${refusal(model, "resume")}
      ${row.incident_since === null ? nothing : html`
        <p class="notice bad"><strong>${row.type_name} has a fault of its own</strong> since
          ${inZone(
            row.incident_since,
            row.time_zone,
          )}. Syncs try again by themselves.</p>
      `}
      ${row.paused_at === null ? nothing : pauseNotice(row)}
      <sync-status-banner .controller=${parts.controller}></sync-status-banner>
      <div class="columns">
        <div class="main">
          ${calendarView(parts, row.time_zone)} ${trendView(parts, row.time_zone)}
          ${historyView(parts.history, { model, nameOf, timeZone: row.time_zone })}
          ${model.ledgerUrl === null ? nothing : ledgerView(parts)}
        </div>
        <div class="side">
          ${scheduleView(parts, row, now)} ${alertsView(model, row, now)} ${outboxView(
            model,
            parts,
            row,
            now,
          )}
        </div>
      </div>
    </main>
  `;
}

function facts(row: Overview, now: Date): TemplateResult {
  const isChecked = row.health_status !== null && row.health_status !== "unknown";
  const since = row.incident_since ?? (isChecked ? row.health_since : null);
  const fact = (label: string, value: unknown) => html`<span><small>${label}</small> ${value}</span>`;
  return html`
    ${since === null || row.paused_at !== null || !row.enabled ? nothing : fact("since", ago(since, now))}
    ${fact("last success", ago(row.last_success_at, now))}
    ${row.next_run_at === null || row.paused_at !== null
      ? nothing
      : fact("next sync", relative(row.next_run_at, now))}
    ${row.latency_ms === null ? nothing : fact("answers in", `${row.latency_ms} ms`)}
    ${entryRules(row).map(([label, value]) => fact(label, value))}
    ${row.last_error_message === null ? nothing : html`<span class="error">${row.last_error_message}</span>`}
  `;
}

/** What the integration demands of its entries, as far as that is less or other than usual. */
function entryRules({ entry_rules: rules }: Overview): readonly (readonly [label: string, value: string])[] {
  if (typeof rules !== "object" || rules === null || Array.isArray(rules)) return [];
  const { payloads, period_rule, fiscal_year_ends, ignored_fields } = rules;
  const parts = typeof ignored_fields === "object" && ignored_fields !== null
    ? Object.values(ignored_fields)
    : [];
  const ignored = parts.flat().join(", ");
  return [
    ...(payloads === "free" ? [["vouchers", "not checked"] as const] : []),
    ...(period_rule === "free" ? [["period", "need not be that of the posting date"] as const] : []),
    ...(typeof fiscal_year_ends === "number"
      ? [["fiscal year ends in month", String(fiscal_year_ends)] as const]
      : []),
    ...(ignored === "" ? [] : [["left out", ignored] as const]),
  ];
}
