import { html, nothing, type TemplateResult } from "lit";
import type { OrganisationModel } from "../state/organisation.ts";
import { type Decision, settleEntry } from "../state/queries.ts";
import type { Entry, Overview } from "../state/types.ts";
import { focusHeading, refusal } from "./parts.ts";

/** What a person may decide, by the state of the entry. */
const CHOICES: Readonly<Record<Entry["state"], readonly (readonly [resolution: string, text: string])[]>> = {
  pending: [],
  sending: [],
  exported: [["keep", "Keep what was exported"]],
  rejected: [["resend", "Send again"], ["abandon", "Leave out"]],
  unknown: [["exported", "It is there"], ["resend", "Send again"], ["abandon", "Leave out"]],
  withdrawn: [],
};

/** For an admin: what shall become of an entry, with a reason that the audit log keeps. */
export function decideView(
  model: OrganisationModel,
  row: Overview,
  entry: Entry,
): TemplateResult | typeof nothing {
  const choices = CHOICES[entry.state];
  if (entry.state === "sending") {
    return html`<p class="note">Decide when the outcome of this send is known.</p>`;
  }
  if (choices.length === 0) return nothing;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    const resolution = (event.submitter as HTMLButtonElement).value;
    const isDone = await model.act(entryPlace(entry), () =>
      settleEntry(model.supabase, {
        org_id: model.organisation.id,
        integration_type: row.integration_type,
        entries: [decisionOn(entry, resolution)],
        reason,
      }));
    if (isDone) focusHeading("outbox");
  };
  return html`
    <form class="decide" @submit=${submit}>
      ${entry.state === "unknown"
        ? html`<p class="note">Look it up in the external system first. The decision holds for its whole batch.</p>`
        : nothing}
      ${entry.conflict_at === null ? nothing : html`<p class="note">${conflictNote(entry.state)}</p>`}
      <label>Reason<input name="reason" required maxlength="500" placeholder="The account was opened again"></label>
      ${refusal(model, entryPlace(entry))}
      <p class="actions">
        ${choices.map(([value, text]) => html`<button type="submit" value=${value}>${text}</button>`)}
      </p>
    </form>
  `;
}

/** Where a refused decision about an entry is said. */
export function entryPlace({ entry_id }: Entry): string {
  return `entry ${entry_id}`;
}

/** What to do when the source is right. */
function conflictNote(state: Entry["state"]): string {
  return state === "exported"
    ? "If the source is right, correct the entry in the external system, and then keep it. What was exported is not sent again."
    : "“Send again” sends what the source says now.";
}

/** About the entry as the person has seen it. Of a batch whose outcome is not known all is decided at once. */
function decisionOn(entry: Entry, resolution: string): Decision {
  const { entry_key, state, batch_id, sent_at, decided_at, conflict_at } = entry;
  const isOfBatch = state === "unknown" && batch_id !== null && sent_at !== null;
  return isOfBatch
    ? { batch_id, sent_at, resolution }
    : { entry_key, state, sent_at, decided_at, conflict_at, resolution };
}
