import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { ago, inZone } from "../format.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Alert, Overview } from "../state/types.ts";
import { empty, loaded, panel, pill, type Tone } from "./parts.ts";
import { sentence } from "./words.ts";

const TONE: Readonly<Record<string, Tone>> = { info: "info", warning: "warn", critical: "bad" };

/** Alerts of an integration and of its vendor, open ones first. */
export function alertsView(model: OrganisationModel, row: Overview, now: Date): TemplateResult {
  const mayAcknowledge = model.organisation.role !== "viewer";
  const concerns = (alert: Alert) =>
    alert.integration_id === row.integration_id ||
    (alert.integration_id === null &&
      (alert.integration_type === null || alert.integration_type === row.integration_type));
  const item = (alert: Alert) =>
    html`
      <li class=${alert.resolved_at === null ? "open" : "over"}>
        <p>${pill(TONE[alert.severity] ?? "idle", sentence(alert.kind))}
          ${alert.count > 1 ? html`<small>${alert.count} times,</small>` : nothing}
          <small title=${inZone(alert.last_seen_at, row.time_zone)}>${ago(
            alert.last_seen_at,
            now,
          )}</small></p>
        <p>${alert.message}</p>
        ${alert.resolved_at !== null
          ? html`<small>Resolved ${ago(alert.resolved_at, now)}</small>`
          : alert.acknowledged_at !== null
          ? html`<small>Acknowledged ${ago(alert.acknowledged_at, now)}</small>`
          : mayAcknowledge
          ? html`<button type="button" class="quiet" @click=${() => void model.acknowledge(alert.alert_id)}>
              Acknowledge<span class="visually-hidden">: ${alert.message}</span></button>`
          : nothing}
      </li>
    `;
  return panel({
    id: "alerts",
    title: "Alerts",
    aside: row.open_alerts > 0 ? html`<span class="count">${row.open_alerts} open</span>` : nothing,
    body: loaded(model.alerts, (alerts) => {
      const ours = alerts.filter(concerns);
      return ours.length === 0
        ? empty("Nothing to worry about.")
        : html`<ul class="alerts">${repeat(ours.slice(0, 8), ({ alert_id }) => alert_id, item)}</ul>`;
    }),
  });
}
