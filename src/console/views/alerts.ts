import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { ago, inZone } from "../format.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Alert, Overview } from "../state/types.ts";
import { empty, focusHeading, loaded, panel, pill, refusal, type Tone } from "./parts.ts";
import { sentence } from "./words.ts";

const TONE: Readonly<Record<string, Tone>> = { info: "info", warning: "warn", critical: "bad" };

/** Of those that are over; what is open is always shown. */
const MOST_SHOWN = 8;

/** Alerts of an integration and of its vendor, open ones first. */
export function alertsView(model: OrganisationModel, row: Overview, now: Date): TemplateResult {
  const { id, role } = model.organisation;
  const mayAcknowledge = role !== "viewer";
  const isAdmin = role === "admin";
  const command = html`<code>npx sync-scheduler credentials set ${id} ${row.integration_type}</code>`;
  const acknowledge = async ({ alert_id }: Alert) => {
    if (await model.acknowledge(alert_id)) focusHeading("alerts");
  };
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
        ${isAdmin && alert.resolved_at === null && /credential/i.test(alert.message)
          ? html`<p class="note">This stores them: ${command}</p>`
          : nothing}
        ${alert.resolved_at !== null
          ? html`<small>Resolved ${ago(alert.resolved_at, now)}</small>`
          : alert.acknowledged_at !== null
          ? html`<small>Acknowledged ${ago(alert.acknowledged_at, now)}</small>`
          : mayAcknowledge
          ? html`<button type="button" class="quiet" @click=${() => void acknowledge(alert)}>
              Acknowledge<span class="visually-hidden">: ${alert.message}</span></button>`
          : nothing}
        ${refusal(model, alert.alert_id)}
      </li>
    `;
  return panel({
    id: "alerts",
    title: "Alerts",
    aside: row.open_alerts > 0 ? html`<span class="count">${row.open_alerts} open</span>` : nothing,
    body: html`${
      loaded(model.alerts, (alerts) => {
        const ours = alerts.filter(concerns);
        const shown = ours.filter(({ resolved_at }, n) => resolved_at === null || n < MOST_SHOWN);
        return ours.length === 0
          ? empty("Nothing to worry about.")
          : html`<ul class="alerts">${repeat(shown, ({ alert_id }) => alert_id, item)}</ul>`;
      })
    } ${isAdmin ? setupView(command) : nothing}`,
  });
}

/** What an admin finds elsewhere. */
function setupView(command: TemplateResult): TemplateResult {
  return html`
    <details class="elsewhere">
      <summary>Credentials and settings …</summary>
      <p class="note">This page does not change them. On the command line, as an admin:</p>
      <p>${command}</p>
      <p class="note">The schedule and other settings are changed by the function
        <code>configure_integration_sync</code>, and the webhook that receives alerts by
        <code>configure_alert_webhook</code>.</p>
    </details>
  `;
}
