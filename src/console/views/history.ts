import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import {
  en,
  isActive,
  showTotal,
  type SyncRun,
  type SyncRunStatus,
  type SyncRunTrigger,
} from "../../client/mod.ts";
import { duration, inZone, LOCALE, secondsBetween } from "../format.ts";
import type { History } from "../state/history.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import { empty, failed, panel, pill, skeleton } from "./parts.ts";
import { timelineView } from "./timeline.ts";
import { sentence, STATUS, TRIGGER } from "./words.ts";

/** What the history needs besides the runs. */
export interface HistoryView {
  readonly timeZone: string;
  readonly model: OrganisationModel;
  nameOf(userId: string): string | null | undefined;
}

/** The runs of an integration, with filters; each opens to its dispatch timeline. */
export function historyView(history: History, view: HistoryView): TemplateResult {
  const choose = (name: "status" | "triggeredBy") => (event: Event) => {
    const value = (event.currentTarget as HTMLSelectElement).value;
    history.narrow({ [name]: value === "" ? null : value as SyncRunStatus & SyncRunTrigger });
  };
  const select = (
    label: string,
    name: "status" | "triggeredBy",
    options: readonly (readonly [string, string])[],
  ) =>
    html`
      <label><span class="visually-hidden">${label}</span>
        <select @change=${choose(name)}>
          <option value="">${label}: all</option>
          ${options.map(([value, text]) =>
            html`<option value=${value} ?selected=${history.filter[name] === value}>${text}</option>`
          )}
        </select>
      </label>
    `;
  return panel({
    id: "history",
    title: "Runs",
    className: "wide",
    aside: html`<span class="filters">
      ${select("Status", "status", Object.entries(STATUS).map(([value, { text }]) => [value, text] as const))}
      ${select("Started", "triggeredBy", Object.entries(TRIGGER))}
    </span>`,
    body: body(history, view),
  });
}

function body(history: History, view: HistoryView): unknown {
  const { runs } = history;
  if (runs === null) {
    return history.error === null ? skeleton(6) : failed(history.error, () => void history.refresh());
  }
  if (runs.length === 0) {
    const { status, triggeredBy } = history.filter;
    return empty(
      status === null && triggeredBy === null ? "No sync has run yet." : "No run fits the filters.",
    );
  }
  return html`
    <div class="scroll">
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Status</th>
            <th scope="col" class="by">By</th>
            <th scope="col" class="amount">Entries</th>
            <th scope="col" class="amount drift">Drift</th>
            <th scope="col" class="amount">Took</th>
          </tr>
        </thead>
        <tbody>${repeat(runs, ({ run_id }) => run_id, (run) => runRow(run, view))}</tbody>
      </table>
    </div>
    ${history.next === null ? nothing : html`
      <button type="button" class="quiet more" ?disabled=${history.isLoading} @click=${() =>
        void history.more()}>
        Older runs</button>
    `}
  `;
}

function runRow(run: SyncRun, view: HistoryView): TemplateResult {
  const { tone, text } = STATUS[run.status];
  const isOpen = view.model.opened?.runId === run.run_id;
  const at = run.started_at ?? run.scheduled_for ?? run.triggered_at;
  const [weekday, ...date] = inZone(at, view.timeZone).split(" ");
  const drift = secondsBetween(run.scheduled_for, run.started_at);
  const took = secondsBetween(run.started_at, run.finished_at);
  const who = run.triggered_by_user_id === null ? null : view.nameOf(run.triggered_by_user_id);
  return html`
    <tr class=${isOpen ? "open" : ""}>
      <td><button type="button" class="link" aria-expanded=${isOpen} @click=${() =>
        view.model.toggleRun(run.run_id)}>
        <span class="by">${weekday} </span>${date.join(" ")}</button></td>
      <td>${pill(tone, text)} ${run.attempt > 1 ? html`<small>attempt ${run.attempt}</small>` : nothing}</td>
      <td class="by">${who ?? TRIGGER[run.triggered_by]}</td>
      <td class="amount">${entriesView(run)}</td>
      <td class="amount drift">${drift === null || run.triggered_by !== "schedule"
        ? "–"
        : duration(drift)}</td>
      <td class="amount">${took === null ? "–" : duration(took)}</td>
    </tr>
    ${isOpen
      ? html`
        <tr class="detail">
          <td colspan="6">
                ${why(run) === null ? nothing : html`<p>${why(run)}</p>`}
                ${view.model.opened === null
                  ? nothing
                  : timelineView(view.model.opened.timeline, run, view.timeZone)}
                <small>Started by ${who ?? TRIGGER[run.triggered_by].toLowerCase()} · run <code>${run
                  .run_id}</code></small>
              </td>
        </tr>
      `
      : nothing}
  `;
}

/** How far a run is; of one in which entries were rejected, also how many. */
function entriesView(run: SyncRun): unknown {
  const { entries_total, entries_done, entries_failed } = run;
  if (entries_total === 0) return "–";
  const done = `${entries_done.toLocaleString(LOCALE)} / ${showTotal(run, LOCALE)}`;
  if (entries_failed === 0) return done;
  return html`<span class="part">${done},</span> <span class="part bad">${
    entries_failed.toLocaleString(LOCALE)
  } rejected</span>`;
}

/** Why a run ended as it did, in a sentence. */
function why(run: SyncRun): string | null {
  if (run.status === "skipped") return `Skipped: ${sentence(run.skip_reason ?? "").toLowerCase()}.`;
  if (run.cancel_reason !== null) return `Cancelled: ${run.cancel_reason}`;
  if (run.error_message !== null) return run.error_message;
  if (run.status === "succeeded" && run.entries_failed > 0) {
    const [done, failed] = [run.entries_done, run.entries_failed].map((count) =>
      count.toLocaleString(LOCALE)
    );
    return `${en.texts.outcome(done ?? "", failed ?? "")}.`;
  }
  return run.error_code ?? (isActive(run) ? en.texts.notices[run.notice ?? ""] ?? null : null);
}
