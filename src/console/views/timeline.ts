import { html, nothing, type TemplateResult } from "lit";
import type { SyncRun } from "../../client/mod.ts";
import { duration, inZone, secondsBetween } from "../format.ts";
import type { Resource } from "../state/resource.ts";
import type { TimelineStep } from "../state/types.ts";
import { empty, loaded } from "./parts.ts";
import { sentence } from "./words.ts";

const STEP: Readonly<Record<string, string>> = {
  due: "Due",
  ticked: "Noticed by the tick",
  queued: "Dispatched",
  accepted: "Accepted by the function",
  booted: "Function up",
  claimed: "Claimed",
  first_vendor_byte: "First answer of the vendor",
  finished: "Finished",
};

/** Where a run's time went, step by step, each with the time since the one before. */
export function timelineView(timeline: Resource<TimelineStep[]>, run: SyncRun, timeZone: string): unknown {
  return loaded(timeline, (steps) => {
    if (steps.length === 0) return empty("The steps of this run are not kept any more.");
    const attempts = Map.groupBy(steps, ({ attempt }) => attempt);
    return html`
      ${[...attempts].map(([attempt, own]) =>
        html`
          ${run.attempt > 1 && attempt > 0 ? html`<h3>Attempt ${attempt}</h3>` : nothing}
          <ol class="timeline">${own.map((step, n) => stepView(step, own[n - 1], timeZone))}</ol>
        `
      )}
    `;
  }, { lines: 5 });
}

function stepView(step: TimelineStep, before: TimelineStep | undefined, timeZone: string): TemplateResult {
  const passed = before === undefined ? null : secondsBetween(before.at, step.at);
  return html`
    <li>
      <span class="step">${STEP[step.step] ?? sentence(step.step)}</span>
      <span class="passed">${passed === null
        ? inZone(step.at, timeZone)
        : passed < 0.001
        ? "at once"
        : `+ ${passed < 1 ? `${Math.round(passed * 1000)} ms` : duration(passed)}`}</span>
      <small>${details(step)}</small>
    </li>
  `;
}

/** The details that a person can use, in words. */
function details({ step, detail }: TimelineStep): string {
  const of = (detail ?? {}) as Readonly<Record<string, unknown>>;
  const words: unknown[] = step === "booted"
    ? [of.cold_start === true ? `cold start, ${Math.round(Number(of.boot_ms))} ms to boot` : "was warm"]
    : step === "queued"
    ? [Number(of.dispatches) > 1 ? `${of.dispatches} times` : null]
    : step === "accepted"
    ? [of.status, of.error]
    : step === "finished"
    ? [of.outcome, of.error_message ?? of.error_code ?? of.skip_reason]
    : [];
  return words.filter((word) => word !== null && word !== undefined).map(String).join(": ");
}
