import { html, nothing, type TemplateResult } from "lit";
import { counted } from "../format.ts";
import type { IntegrationModel } from "../state/integration.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import { withdrawEntries } from "../state/queries.ts";
import type { Overview } from "../state/types.ts";
import { refusal } from "./parts.ts";

/** For an admin: takes entries back that have not left, by their keys. */
export function withdrawView(
  organisation: OrganisationModel,
  model: IntegrationModel,
  row: Overview,
): TemplateResult {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const isDone = await organisation.act("withdraw", async () => {
      model.withdrawal = await withdrawEntries(organisation.supabase, {
        org_id: organisation.organisation.id,
        integration_type: row.integration_type,
        entry_keys: String(data.get("keys")).split("\n").map((key) => key.trim()).filter(Boolean),
        reason: String(data.get("reason")).trim(),
      });
    });
    if (isDone) form.reset();
  };
  return html`
    <details class="by-keys">
      <summary>Withdraw entries …</summary>
      <form class="decide" @submit=${submit}>
        <p class="note">For entries that were delivered by mistake. What has left stays as it is.</p>
        <label>Keys, one a line<textarea name="keys" required rows="3"></textarea></label>
        <label>Reason<input name="reason" required maxlength="500" placeholder="Delivered twice by the source"></label>
        ${refusal(organisation, "withdraw")}
        <p class="actions"><button type="submit">Withdraw</button></p>
      </form>
      ${model.withdrawal === null ? nothing : answerView(model.withdrawal)}
    </details>
  `;
}

function answerView({ withdrawn, refused }: NonNullable<IntegrationModel["withdrawal"]>): TemplateResult {
  return html`
    <div role="status">
      <p class="note">${counted(withdrawn, "entry", "entries")} withdrawn.${refused.length === 0
        ? ""
        : " These were not:"}</p>
      <ul>${refused.map(({ entry_key, reason }) => html`<li><code>${entry_key}</code> ${reason}</li>`)}</ul>
    </div>
  `;
}
