/// <reference lib="dom" />
import { type CSSResult, html, type TemplateResult } from "lit";
import { progressRing, shareDone } from "./progress_ring.ts";
import { css, styles } from "./styles.ts";
import { SyncElement } from "./sync_element.ts";

/**
 * `<manual-sync-button>`: starts a sync, turns while one is under way, and says why it cannot be pressed, with a
 * countdown while it has to wait. It can always be focused, so that the reason can be read.
 *
 * Parts: `button`, `ring`, `label`, `reason`. Custom properties: `--sync-accent`, `--sync-on-accent`, `--sync-surface`,
 * `--sync-text`, `--sync-muted`, `--sync-border`, `--sync-danger`, `--sync-radius`. Slot: the label while it can be
 * pressed. Event: `sync-change`, with the snapshot as `detail`.
 *
 * @example
 * ```html
 * <manual-sync-button org-id="…" integration-type="xledger" locale="nb"></manual-sync-button>
 * <script type="module">
 *   import "sync-scheduler/elements";
 *   import "sync-scheduler/elements/nb";
 *   document.querySelector("manual-sync-button").repository = new SyncSchedulerRepository(supabase);
 * </script>
 * ```
 */
export class ManualSyncButton extends SyncElement {
  /** The button's own. */
  static override styles: CSSResult[] = [
    styles,
    css`
      :host {
        display: inline-grid;
        justify-items: start;
        gap: 0.25em;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 0.5em;
        color: var(--sync-on-accent, Canvas);
        background: var(--accent);
        font-weight: 600;
      }
      .bad {
        color: var(--bad);
      }
      .unseen {
        opacity: 0;
      }
    `,
  ];

  /** Starts a sync, as a click does. */
  readonly press = (): void => {
    if (this.sync?.canPress) this.attached?.press();
  };

  /**
   * What the button looks like now. Under the clock of a cooldown the label stays, unseen, as its name: one that changed
   * every second would be read aloud every second. Nor is the wait, every minute: only to who comes to the button.
   */
  protected override render(): TemplateResult {
    const { sync, language: { texts } } = this;
    const isBusy = !!sync?.isBusy;
    const clock = !isBusy && sync?.secondsLeft ? toClock(sync.secondsLeft) : null;
    const error = sync?.state === "error" ? sync.error : null;
    const conflict = sync?.state === "data" && isBusy ? sync.conflict : null;
    return html`
      <button
        part="button"
        type="button"
        aria-disabled=${!sync?.canPress}
        aria-busy=${isBusy}
        aria-describedby="reason"
        @click=${this.press}
      >
        ${progressRing(shareDone(sync?.run), isBusy)}
        <span part="label" class="stack">
          <span class=${isBusy ? "off" : clock ? "unseen" : ""}><slot>${texts.press}</slot></span>
          <span class=${isBusy ? "" : "off"}>${texts.busy}</span>
          <span aria-hidden="true">${clock && texts.again(clock)}</span>
        </span>
      </button>
      <span id="reason" part="reason" role="status" aria-live=${clock
        ? "off"
        : "polite"} class=${error && !isBusy ? "bad" : ""}>
        ${this.describe(error ?? conflict ?? sync?.obstacle)}
      </span>
    `;
  }
}

/** 65 seconds are 01:05. */
function toClock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(seconds < 3600 ? 14 : 11, 19);
}
