import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { countEntries } from "../../client/mod.ts";
import { ago } from "../format.ts";
import type { Overview } from "../state/types.ts";
import { healthOf } from "./words.ts";

/** The integrations of the organisation, each with how it is. */
export function integrationList(
  rows: readonly Overview[],
  selected: string | undefined,
  now: Date,
): TemplateResult {
  return html`
    <nav class="integrations" aria-label="Integrations">
      ${rows.map((row) => {
        const { tone, text } = healthOf(row);
        const isRunning = row.active_run_id !== null;
        const percent = row.entries_total && countEntries(row).isExact
          ? Math.round(100 * (row.entries_done ?? 0) / row.entries_total)
          : null;
        const isSelected = row.integration_type === selected;
        return html`
          <a ${isSelected ? ref(intoView) : nothing} href="#/${row
            .integration_type}" class="integration" aria-current=${isSelected ? "page" : "false"}>
            <span class="dot ${isRunning ? "info busy" : tone}" aria-hidden="true"></span>
            <span class="name">${row.type_name}</span>
            <span class="state">${isRunning
              ? `Syncing${percent === null ? "" : ` ${percent} %`}`
              : text}</span>
            <small>${row.last_success_at === null
              ? "No success yet"
              : `Last success ${ago(row.last_success_at, now)}`}</small>
            ${row.open_alerts + row.needs_decision > 0
              ? html`<span class="count">${row.open_alerts + row.needs_decision}<span class="visually-hidden">
                  things to look at</span></span>`
              : nothing}
          </a>
        `;
      })}
    </nav>
  `;
}

/** On a phone the list scrolls sideways. */
function intoView(element: Element | undefined): void {
  // It is handed over before it is in the page.
  requestAnimationFrame(() => element?.scrollIntoView({ block: "nearest", inline: "nearest" }));
}
