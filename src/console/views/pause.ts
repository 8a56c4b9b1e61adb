import { html, type TemplateResult } from "lit";
import { inZone } from "../format.ts";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Overview } from "../state/types.ts";
import { focusHeading, refusal } from "./parts.ts";

const HOURS = [["", "Until it is resumed"], ["1", "For 1 hour"], ["12", "For 12 hours"], [
  "72",
  "For 3 days",
]] as const;

/** Pausing with a reason, or resuming. */
export function pauseView(model: OrganisationModel, row: Overview): TemplateResult {
  const { repository, organisation } = model;
  const type = row.integration_type;
  const pausedAt = row.paused_at;
  const resume = async (pausedAt: string) => {
    const isDone = await model.act("resume", () => repository.resume(organisation.id, type, { pausedAt }));
    if (isDone) focusHeading("name");
  };
  if (pausedAt !== null) {
    return html`<button type="button" @click=${() => void resume(pausedAt)}>Resume</button>`;
  }
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    if ((event.submitter as HTMLButtonElement | null)?.value !== "pause") return;
    event.preventDefault();
    const reason = String(data.get("reason")).trim();
    const hours = String(data.get("hours"));
    const resumeAt = hours === "" ? {} : { resumeAt: new Date(Date.now() + Number(hours) * 3600_000) };
    if (await model.act("pause", () => repository.pause(organisation.id, type, { reason, ...resumeAt }))) {
      form.reset();
      form.closest("dialog")?.close();
      // The button that opened the dialog gives way to another.
      focusHeading("name");
    }
  };
  const open = (event: Event) =>
    ((event.currentTarget as HTMLElement).nextElementSibling as HTMLDialogElement).showModal();
  return html`
    <button type="button" @click=${open}>Pause …</button>
    <dialog aria-labelledby="pause-title" @close=${() => model.forgetFailure()}>
      <form method="dialog" @submit=${submit}>
        <h2 id="pause-title">Pause ${row.type_name}</h2>
        <p>No sync can be started, slots are skipped, and nothing more is sent. A sync that runs finishes the batch that
          is on its way and goes on after the pause.</p>
        <label>Reason<input name="reason" required maxlength="500" placeholder="Month-end closing"></label>
        <label>How long<select name="hours">
          ${HOURS.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>
        ${refusal(model, "pause")}
        <p class="actions">
          <button type="submit" value="cancel" formnovalidate class="quiet">Cancel</button>
          <button type="submit" value="pause" class="primary">Pause</button>
        </p>
      </form>
    </dialog>
  `;
}

/** What everybody has to know of a pause. */
export function pauseNotice(row: Overview): TemplateResult {
  return html`
    <p class="notice warn"><strong>Paused</strong> since ${inZone(
      row.paused_at,
      row.time_zone,
    )}${row.pause_reason ? `: ${row.pause_reason}` : ""}.${row.resume_at === null
      ? ""
      : ` It resumes ${inZone(row.resume_at, row.time_zone)}.`}${row.active_run_id === null
      ? ""
      : " The sync that had begun goes on after that."}</p>
  `;
}
