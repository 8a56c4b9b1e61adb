import { html, nothing, type TemplateResult } from "lit";
import { changesBetween } from "../changes.ts";
import { counted } from "../format.ts";
import type { Entry } from "../state/types.ts";
import { pretty } from "./parts.ts";

const MOST_CHANGES = 20;

/** Where the source contradicts what was sent: the fields that differ, then both sides in full. */
export function conflictView({ period, document_number, payload, conflict_content }: Entry): TemplateResult {
  const sent = { period, document_number, payload };
  const changes = changesBetween(sent, conflict_content);
  const more = changes.length - MOST_CHANGES;
  return html`
    <p class="note">The source now says something else than what was sent.</p>
    <ul class="changes" aria-label="What has changed">
      ${changes.slice(0, MOST_CHANGES).map(({ path, before, after }) =>
        html`
          <li>
            <code>${path}</code>
            <dl>
              <dt>Sent</dt>
              <dd>${said(before)}</dd>
              <dt>Source now</dt>
              <dd>${said(after)}</dd>
            </dl>
          </li>
        `
      )}
    </ul>
    ${more > 0 ? html`<p class="note">And ${counted(more, "more change")}.</p>` : nothing}
    ${side("What was sent", sent)} ${side("What the source says now", inOrderOf(sent, conflict_content))}
  `;
}

function side(label: string, content: unknown): TemplateResult {
  return html`
    <h3>${label}</h3>
    <pre tabindex="0" aria-label=${label}>${pretty(content)}</pre>
  `;
}

function said(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** The same fields at the same places on both sides. */
function inOrderOf(model: object, content: unknown): unknown {
  if (typeof content !== "object" || content === null) return content;
  const order = Object.keys(model);
  const placeOf = (key: string) => (order.indexOf(key) + 1) || order.length + 1;
  return Object.fromEntries(Object.entries(content).sort(([a], [b]) => placeOf(a) - placeOf(b)));
}
