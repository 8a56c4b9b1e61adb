import { html, svg, type TemplateResult } from "lit";
import type { SyncRun } from "../types.ts";

/** How much of a run is done, from 0 to 1; null while that is not known. */
export function shareDone(run: SyncRun | null | undefined): number | null {
  return run && run.entries_total > 0 ? (run.entries_done + run.entries_failed) / run.entries_total : null;
}

/**
 * An arrow that goes round; while a run is under way, a ring that fills, or turns as long as the share is not known.
 * For the eye only: words say the same.
 */
export function progressRing(share: number | null, isBusy: boolean): TemplateResult {
  const arc = 100 - 100 * (share ?? 0.25);
  return html`
    <svg part="ring" class=${isBusy && share === null
      ? "turning"
      : ""} viewBox="0 0 24 24" aria-hidden="true">
      ${isBusy
        ? svg`
          <circle class="track" cx="12" cy="12" r="9" />
          <circle
            class="arc" cx="12" cy="12" r="9" pathLength="100" stroke-dashoffset=${arc} />
        `
        : svg`<path d="M4 13a8 8 0 0 1 14-6l2 3m0-6v6h-6" />`}
    </svg>
  `;
}
