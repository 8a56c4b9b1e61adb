import { html, type TemplateResult } from "lit";
import { countEntries } from "../entries_total.ts";
import type { SyncRun } from "../types.ts";

/** How much of a run is done, from 0 to 1; null while that is not known. */
export function shareDone(run: SyncRun | null | undefined): number | null {
  if (!run || run.entries_total === 0 || !countEntries(run).isExact) return null;
  return (run.entries_done + run.entries_failed) / run.entries_total;
}

/**
 * An arrow that goes round; while a run is under way, a ring that fills, or turns as long as the share is not known.
 * For the eye only: words say the same.
 */
export function progressRing(share: number | null, isBusy: boolean): TemplateResult {
  const ring = "M12 3a9 9 0 1 1-.1 0";
  return html`
    <svg part="ring" viewBox="0 0 24 24" aria-hidden="true" class=${isBusy && share === null
      ? "turning"
      : ""}>
      <g class=${isBusy ? "" : "off"}>
        <path d=${ring} opacity="0.25" />
        <path d=${ring} class="arc" pathLength="100" stroke-dashoffset=${100 - 100 * (share ?? 0.25)} />
      </g>
      <path class=${isBusy ? "off" : ""} d="M4 13a8 8 0 0 1 14-6l2 3m0-6v6h-6" />
    </svg>
  `;
}
