import { html, type TemplateResult } from "lit";
import type { OrganisationModel } from "../state/organisation.ts";
import { settleEntry } from "../state/queries.ts";
import type { Entry, Overview } from "../state/types.ts";

/** What a person may decide, by how the entry stands. */
const CHOICES = {
  rejected: [["resend", "Send again"], ["abandon", "Leave out"]],
  conflict: [["keep", "Keep what was exported"]],
} as const;

/** For an admin: what shall become of an entry, with a reason that the audit log keeps. */
export function decideView(model: OrganisationModel, row: Overview, entry: Entry): TemplateResult {
  const choices = CHOICES[entry.state === "rejected" ? "rejected" : "conflict"];
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    const resolution = (event.submitter as HTMLButtonElement).value;
    void model.act(() =>
      settleEntry(model.supabase, {
        org_id: model.organisation.id,
        integration_type: row.integration_type,
        entries: [{ entry_key: entry.entry_key, resolution }],
        reason,
      })
    );
  };
  return html`
    <form class="decide" @submit=${submit}>
      <label>Reason<input name="reason" required maxlength="500" placeholder="The account was opened again"></label>
      <p class="actions">
        ${choices.map(([value, text]) => html`<button type="submit" value=${value}>${text}</button>`)}
      </p>
    </form>
  `;
}
