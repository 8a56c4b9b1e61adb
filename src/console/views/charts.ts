import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { SyncSlot } from "../../client/mod.ts";
import { counted, duration, secondsBetween } from "../format.ts";
import { CHART_DAYS, type IntegrationModel } from "../state/integration.ts";
import { empty, loaded, panel } from "./parts.ts";

/** Draws into an element as soon as the library is there, and again when the data has changed. */
function drawn(
  key: unknown,
  draw: (element: Element, plots: typeof import("../charts/plots.ts")) => void,
): unknown {
  return ref((element) => {
    if (element === undefined || drawnOf.get(element) === key) return;
    drawnOf.set(element, key);
    // Half of the page's weight: it is fetched when the first chart is, and the page is there before.
    void import("../charts/plots.ts").then((plots) => drawnOf.get(element) === key && draw(element, plots));
  });
}

const drawnOf = new WeakMap<Element, unknown>();

/** What became of each slot of the last 30 days. */
export function calendarView(model: IntegrationModel, timeZone: string): TemplateResult {
  return panel({
    id: "calendar",
    title: "Slots",
    className: "wide",
    aside: html`<span class="legend" aria-hidden="true">
      <span class="ran">ran</span><span class="late">late</span><span class="failed-slot">failed</span>
      <span class="skipped">skipped</span></span>`,
    body: loaded(
      model.slots,
      (slots) =>
        slots.length === 0 ? empty(`No slot in the last ${CHART_DAYS} days.`) : html`
          <figure class="chart">
            <div class="plot tall" role="img" tabindex="0" aria-label=${summarise(slots)}
              ${drawn(slots, (element, plots) => plots.drawCalendar(element, slots, timeZone))}></div>
            <figcaption>${summarise(slots)}</figcaption>
          </figure>
        `,
      { lines: 6 },
    ),
  });
}

/** How late runs began and how long they took, over the last 30 days. */
export function trendView(model: IntegrationModel, timeZone: string): TemplateResult {
  return panel({
    id: "trend",
    title: "Drift and duration",
    className: "wide",
    body: loaded(model.month, (runs) => {
      const drift = runs.filter((run) => run.triggered_by === "schedule" && run.started_at !== null);
      const done = runs.filter((run) => run.status === "succeeded" || run.status === "failed");
      if (done.length === 0) return empty(`No run in the last ${CHART_DAYS} days.`);
      const driftText = `Drift: ${
        quantiles(drift.map((run) => secondsBetween(run.scheduled_for, run.started_at)))
      }`;
      const tookText = `Duration: ${
        quantiles(done.map((run) => secondsBetween(run.started_at, run.finished_at)))
      }`;
      return html`
        <div class="pair">
          <figure class="chart">
            <div class="plot" role="img" tabindex="0" aria-label=${driftText}
              ${drawn(runs, (element, plots) => plots.drawTrend(element, drift, "drift", timeZone))}></div>
            <figcaption>${driftText}</figcaption>
          </figure>
          <figure class="chart">
            <div class="plot" role="img" tabindex="0" aria-label=${tookText}
              ${drawn(runs, (element, plots) => plots.drawTrend(element, done, "duration", timeZone))}></div>
            <figcaption>${tookText}</figcaption>
          </figure>
        </div>
      `;
    }, { lines: 6 }),
  });
}

function summarise(slots: readonly SyncSlot[]): string {
  const count = (state: string) => slots.filter((slot) => slot.state === state).length;
  const rest = (["late", "failed", "skipped", "cancelled"] as const).filter((state) => count(state) > 0);
  return [
    `${counted(slots.length, "slot")} in ${CHART_DAYS} days: ${count("ran")} ran`,
    ...rest.map((state) => `${count(state)} ${state}`),
  ].join(", ") + ".";
}

function quantiles(values: readonly (number | null)[]): string {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [half, most] = [at(0.5), at(0.95)];
  if (half === undefined || most === undefined) return "nothing to show yet.";
  return `half within ${duration(half)}, 95 % within ${duration(most)}.`;
}
