import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { countEntries, en } from "../../client/mod.ts";
import { ago, counted } from "../format.ts";
import type { IntegrationModel } from "../state/integration.ts";
import type { OutboxCounts } from "../state/queries.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Entry, Overview } from "../state/types.ts";
import { decideView, entryPlace } from "./decide.ts";
import { conflictView } from "./conflict.ts";
import { empty, loaded, panel, pill, pretty, refusal } from "./parts.ts";
import { withdrawView } from "./withdraw.ts";
import { sentence } from "./words.ts";

/** How many entries wait, and those about which a person must decide. */
export function outboxView(
  organisation: OrganisationModel,
  model: IntegrationModel,
  row: Overview,
  now: Date,
): TemplateResult {
  const item = (entry: Entry) =>
    html`
      <li>
        <details>
          <summary>
            ${entry.conflict_at !== null
              ? pill("warn", "Conflict")
              : pill(entry.state === "rejected" ? "bad" : "warn", sentence(en.texts.states[entry.state]))}
            <span class="number">${entry.document_number}</span>
            <small>${ago(entry.conflict_at ?? entry.sent_at, now)}</small>
          </summary>
          <dl>
            <dt>Key</dt><dd><code>${entry.entry_key}</code></dd>
            <dt>Period</dt><dd>${entry.period}</dd>
            ${entry.error_message === null ? nothing : html`
              <dt>Reason</dt>
              <dd>${entry.error_message}</dd>
            `}
            ${entry.external_id === null ? nothing : html`
              <dt>Exported as</dt>
              <dd><code>${entry.external_id}</code></dd>
            `}
          </dl>
          ${entry.conflict_at === null
            ? html`<pre tabindex="0" aria-label="Content">${pretty(entry.payload)}</pre>`
            : conflictView(entry)}
          ${organisation.organisation.role === "admin" ? decideView(organisation, row, entry) : nothing}
        </details>
      </li>
    `;
  // While a run goes on, its row is newer than what was counted before.
  const isActive = row.active_run_id !== null && row.entries_total !== null;
  return panel({
    id: "outbox",
    title: "Outbox",
    aside: isActive ? leftView(row) : model.counts.value === null ? nothing : countsView(model.counts.value),
    body: html`${
      loaded(
        model.undecided,
        (entries) =>
          html`${refusalOfGone(organisation, entries)} ${
            entries.length === 0
              ? empty("No entry waits for a decision.")
              : html`${
                row.needs_decision > entries.length
                  ? html`<p class="note">The first ${entries.length} of ${
                    counted(row.needs_decision, "entry", "entries")
                  } that
                need a decision:</p>`
                  : nothing
              }<ul class="entries">${repeat(entries, ({ entry_id }) => entry_id, item)}</ul>`
          }`,
      )
    } ${organisation.organisation.role === "admin" ? withdrawView(organisation, model, row) : nothing}`,
  });
}

/** Of a decision about an entry that has left the list, because another person has decided. */
function refusalOfGone(organisation: OrganisationModel, entries: readonly Entry[]): unknown {
  const place = organisation.failure?.place ?? "";
  const isGone = place.startsWith("entry ") && !entries.some((entry) => entryPlace(entry) === place);
  return isGone ? refusal(organisation, place) : nothing;
}

/** What a count is a count of. */
const COUNT_TEXTS: Readonly<Record<keyof OutboxCounts, string>> = {
  pending: "waiting",
  unknown: "of unknown outcome",
};

function countsView({ pending, ...others }: OutboxCounts): TemplateResult {
  const rest = (Object.keys(others) as (keyof typeof others)[]).filter((state) => others[state] > 0)
    .map((state) => `, ${others[state]} ${COUNT_TEXTS[state]}`);
  return html`
    <span class="count calm">${counted(pending, "entry", "entries")} ${COUNT_TEXTS.pending}${rest}</span>
  `;
}

function leftView(row: Overview): TemplateResult {
  const { atLeast, isExact } = countEntries(row);
  const left = atLeast - (row.entries_done ?? 0) - (row.entries_failed ?? 0);
  const entries = counted(left, "entry", "entries");
  const text = isExact ? entries : left > 0 ? `more than ${entries}` : "more entries";
  return html`<span class="count calm">${text} to go</span>`;
}
