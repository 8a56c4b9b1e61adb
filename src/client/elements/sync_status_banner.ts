/// <reference lib="dom" />
import { type CSSResult, html, nothing, type TemplateResult } from "lit";
import { showTotal } from "../entries_total.ts";
import { toInstant } from "../instant.ts";
import { toClockTime, toRelativeTime } from "../messages/time_words.ts";
import { isActive, type SyncRun } from "../types.ts";
import { shareDone } from "./progress_ring.ts";
import { css, styles } from "./styles.ts";
import { SyncElement } from "./sync_element.ts";

/** For hours, maybe: such a run is not about to start. */
const WAITS = /^(integration_paused|function_outdated|schema_outdated)$/;

/**
 * `<sync-status-banner>`: the state of the sync, live: waiting, running with its progress, done, failed and why. It has
 * a button that cancels a run, one that retries a failed run, and the number of open alerts.
 *
 * Parts: `banner`, `status`, `details`, `bar`, `cancel`, `retry`, `undecided`, `alerts`. Custom properties: those of the button, and
 * `--sync-success`. Slot: further content at the end. Event: `sync-change`, with the snapshot as `detail`.
 *
 * @example
 * ```html
 * <manual-sync-button id="button"></manual-sync-button>
 * <sync-status-banner id="banner"></sync-status-banner>
 * <script type="module">
 *   import "sync-scheduler/elements";
 *   const controller = new ManualSyncController(repository, orgId, "xledger");
 *   for (const id of ["button", "banner"]) document.getElementById(id).controller = controller;
 * </script>
 * ```
 */
export class SyncStatusBanner extends SyncElement {
  /** The banner's own. There is room for the details, whether there are any or not. */
  static override styles: CSSResult[] = [
    styles,
    css`
      :host {
        display: block;
      }
      [part="banner"] {
        position: relative;
        overflow: hidden;
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.25em 1em;
        padding: 0.75em 1em;
        background: var(--surface);
        border: 1px solid var(--border);
        border-inline-start: 4px solid var(--tone, var(--muted));
        border-radius: var(--sync-radius, 0.5em);
      }
      .succeeded {
        --tone: var(--sync-success, light-dark(#15803d, #86efac));
      }
      .failed,
      .error {
        --tone: var(--bad);
      }
      .pending,
      .running {
        --tone: var(--accent);
      }
      .text {
        align-content: center;
        min-block-size: 2.5lh;
      }
      [part="status"] {
        font-weight: 600;
      }
      [part="details"] {
        overflow-wrap: anywhere;
      }
      [part="bar"] {
        position: absolute;
        inset: auto 0 -1px;
        inline-size: 100%;
        block-size: 6px;
        accent-color: var(--accent);
      }
      button {
        color: var(--accent);
        background: transparent;
        border-color: currentColor;
      }
    `,
  ];

  /** What the banner looks like now. */
  protected override render(): TemplateResult {
    const { sync, language: { texts } } = this;
    const run = sync?.run ?? null;
    const isUnderWay = isActive(run);
    const share = isUnderWay ? shareDone(run) : null;
    const mayAct = sync?.overview?.button_message !== "not_authorized";
    const alerts = sync?.overview?.open_alerts ?? 0;
    const undecided = sync?.overview?.needs_decision ?? 0;
    const tone = sync?.state === "error" && !sync.isBusy ? "error" : run?.status ?? "";
    const button = (part: "cancel" | "retry", isShown: boolean, isDisabled: boolean, act: () => void) =>
      html`
        <button part=${part} type="button" class=${isShown ? "" : "off"} aria-disabled=${isDisabled}
          @click=${() => isDisabled || act()}>${texts[part]}</button>
      `;
    return html`
      <section part="banner" class=${tone}>
        <div class="text">
          <div part="status" role="status">${this.#status(run)}</div>
          <div part="details">${this.#details(run)}</div>
          ${undecided > 0 ? html`<div part="undecided">${texts.undecided(undecided)}</div>` : ""}
          ${alerts > 0 ? html`<div part="alerts">${texts.alerts(alerts)}</div>` : ""}
        </div>
        <span class="stack">
          ${button("cancel", isUnderWay && mayAct, !!run?.cancel_requested_at, () => this.attached?.cancel())}
          ${button(
            "retry",
            mayAct && (run?.status === "failed" || run?.status === "cancelled"),
            !sync?.canPress,
            () => this.attached?.retry(),
          )}
        </span>
        <progress
          part="bar"
          class=${isUnderWay ? "" : "off"}
          max="1"
          value=${share ?? nothing}
          aria-label=${texts.status.running}
        ></progress>
        <slot></slot>
      </section>
    `;
  }

  /** One sentence; it changes when something happens and not with every entry, for it is read aloud. */
  #status(run: SyncRun | null): string {
    const { sync, language: { texts } } = this;
    if (sync?.state === "error") return this.describe(sync.error);
    if (sync?.state === "loading") return texts.status.pending;
    if (run === null) return this.#lastSuccess() ?? (sync?.overview ? texts.never : "");
    if (isActive(run) && run.cancel_requested_at) return texts.cancelling;
    const conflict = sync?.state === "data" && isActive(run) ? sync.conflict : null;
    if (conflict) return this.describe(conflict);
    if (run.status === "pending" && run.notice?.match(WAITS)) return texts.notices[run.notice] ?? "";
    const quota = this.#quota(run);
    if (quota) return quota;
    const { status, entries_done: done, entries_failed: failed } = run;
    const text = texts.status[status];
    return status === "succeeded" && failed > 0
      ? `${text}: ${texts.outcome(...this.#numbers(done, failed))}`
      : text;
  }

  /** Until when a run waits for its vendor's quota. */
  #quota({ status, quota_until }: SyncRun): string {
    const now = new Date();
    const until = status === "pending" && toInstant(quota_until);
    if (!until || until <= now) return "";
    return this.language.texts.quota(toClockTime(until, now, this.language.locale));
  }

  #numbers(...counts: number[]): [string, string] {
    const [a = "", b = ""] = counts.map((count) => count.toLocaleString(this.language.locale));
    return [a, b];
  }

  #details(run: SyncRun | null): string {
    const { texts, locale } = this.language;
    if (run === null) return "";
    const { status, notice, entries_total: total, entries_done: done, entries_failed: failed } = run;
    const next = toInstant(run.next_attempt_at);
    const [exported, rejected] = this.#numbers(done, failed);
    // What it waits for is shown above.
    const shows = isActive(run) && notice && !(status === "pending" && WAITS.test(notice));
    return [
      total > 0 ? texts.progress(exported, showTotal(run, locale)) : "",
      failed > 0 && status !== "succeeded" ? texts.rejected(rejected) : "",
      next && !this.#quota(run) ? texts.nextAttempt(toClockTime(next, new Date(), locale)) : "",
      shows ? texts.notices[notice] : "",
      status === "cancelled" ? run.cancel_reason : run.error_message,
    ].filter(Boolean).join(" · ");
  }

  #lastSuccess(): string | null {
    const { texts, locale } = this.language;
    const at = toInstant(this.sync?.overview?.last_success_at);
    return at && texts.lastSuccess(toRelativeTime(at, new Date(), locale));
  }
}
