import { html, nothing, type TemplateResult } from "lit";
import { toInstant } from "../../client/mod.ts";
import { inZone, relative } from "../format.ts";
import type { IntegrationModel } from "../state/integration.ts";
import type { Overview } from "../state/types.ts";
import { empty, loaded, panel } from "./parts.ts";

/** The schedule with the next five slots on the organisation's clocks. */
export function scheduleView(model: IntegrationModel, row: Overview, now: Date): TemplateResult {
  const { schedule, time_zone } = row;
  return panel({
    id: "schedule",
    title: "Schedule",
    aside: schedule === null ? nothing : html`<code>${schedule}</code>`,
    body: loaded(
      model.next,
      (slots) =>
        slots.length === 0 ? empty("No schedule: syncs are started by hand.") : html`
          <ol class="slots">
            ${slots.map(({ scheduled_for }) =>
              html`
                <li>
                  <time datetime=${toInstant(scheduled_for)?.toISOString() ?? ""}>${inZone(
                    scheduled_for,
                    time_zone,
                  )}</time>
                  <small>${relative(scheduled_for, now)}</small>
                </li>
              `
            )}
          </ol>
          <p class="note">Clocks of ${time_zone.replaceAll("_", " ")}${row.paused_at === null
            ? ""
            : ". Paused: slots are skipped."}</p>
        `,
      { lines: 5 },
    ),
  });
}
