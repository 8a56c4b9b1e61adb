import { html, nothing, type TemplateResult } from "lit";
import type { OrganisationModel } from "../state/organisation.ts";
import type { Resource } from "../state/resource.ts";

/** A colour with its meaning; each also has words next to it. */
export type Tone = "ok" | "warn" | "bad" | "info" | "idle";

/** A word with its colour. */
export function pill(tone: Tone, text: string): TemplateResult {
  return html`<span class="pill ${tone}">${text}</span>`;
}

/** A box with a heading. */
export function panel(
  { id, title, aside, body, className = "" }: {
    id: string;
    title: string;
    aside?: unknown;
    body: unknown;
    className?: string;
  },
): TemplateResult {
  return html`
    <section class="panel ${className}" aria-labelledby=${id}>
      <header><h2 id=${id} tabindex="-1">${title}</h2>${aside ?? nothing}</header>
      ${body}
    </section>
  `;
}

/** What is loaded, or why it is not; with lines to keep the place while it loads. */
export function loaded<T>(
  resource: Resource<T>,
  draw: (value: T) => unknown,
  { lines = 3, waiting = () => skeleton(lines) }: { lines?: number; waiting?: () => TemplateResult } = {},
): unknown {
  if (resource.value !== null) return draw(resource.value);
  if (resource.error !== null) return failed(resource.error, () => void resource.refresh());
  return waiting();
}

/** Grey lines where text will be. */
export function skeleton(lines: number): TemplateResult {
  return html`
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading …</span>
      ${Array.from({ length: lines }, () => html`<span aria-hidden="true"></span>`)}
    </div>
  `;
}

/** The page of an organisation before anything is known of it: as much room as there will be. */
export function pageSkeleton(): TemplateResult {
  return html`
    <div class="boxes" role="status">
      <span class="visually-hidden">Loading …</span>
      <div class="narrow"><span></span><span></span><span></span></div>
      <div><span></span><span></span><span></span></div>
    </div>
  `;
}

/** Why the last action was refused, at the place where it was asked for. */
export function refusal({ failure }: OrganisationModel, place: string): TemplateResult | typeof nothing {
  return failure?.place === place ? html`<p class="notice bad" role="alert">${failure.message}</p>` : nothing;
}

/** Goes to a heading, when what had the focus is about to leave the page. */
export function focusHeading(id: string): void {
  document.getElementById(id)?.focus();
}

/** Says what went wrong and offers to try again. */
export function failed(error: Error, retry: () => void): TemplateResult {
  return html`
    <div class="failed" role="alert">
      <p>${error.message}</p>
      <button type="button" class="quiet" @click=${retry}>Try again</button>
    </div>
  `;
}

/** The page when there is nothing to show on it, with what can be done about that. */
export function emptyPage(title: string, text: string): TemplateResult {
  return html`
    <main id="content" class="nothing" tabindex="-1">
      <span class="mark" aria-hidden="true"></span>
      <h1>${title}</h1>
      <p>${text}</p>
    </main>
  `;
}

/** Says that there is nothing, and why that is fine. */
export function empty(text: string): TemplateResult {
  return html`<p class="empty">${text}</p>`;
}

/** A value of the outbox, indented. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
