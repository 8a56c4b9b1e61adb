import type { SyncMessages } from "../messages/sync_messages.ts";
import { SyncSchedulerError } from "../sync_scheduler_error.ts";
import { isActive, type SyncOverview, type SyncRun } from "../types.ts";
import { Countdown } from "./countdown.ts";
import { factsOfOverview, factsOfRun, missedRunOf } from "./manual_sync_facts.ts";
import type { ManualSyncSource } from "./manual_sync_source.ts";
import { type ManualSyncFacts, type ManualSyncSnapshot, NO_FACTS, toSnapshot } from "./manual_sync_state.ts";
import { PressKey } from "./press_key.ts";

/** Until a page that was opened without a connection tries again; each request has repeated itself before. */
const RELOAD_MS = 15_000;

/**
 * The state of one integration's sync button, for any framework: React's `useSyncExternalStore`, Svelte's `$store`,
 * a `shallowRef` of Vue.
 *
 * A press while another press or a run is active does nothing. If another person's run is active, the controller says
 * so and follows that run. `load` says in advance what a press would answer.
 *
 * @example React
 * ```tsx ignore
 * function SyncButton({ controller }: { controller: ManualSyncController }) {
 *   const sync = useSyncExternalStore(controller.subscribe, controller.getSnapshot, controller.getSnapshot);
 *   useEffect(() => {
 *     controller.load();
 *     return controller.dispose;
 *   }, [controller]);
 *   return <button disabled={!sync.canPress} title={sync.reason ?? ""} onClick={controller.press}>Sync</button>;
 * }
 * ```
 *
 * @example Anywhere
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemEnvironment } from "../environment.ts";
 * import { ManualSyncController } from "./manual_sync_controller.ts";
 * import type { ManualSyncSource } from "./manual_sync_source.ts";
 * import { SyncSchedulerError } from "../sync_scheduler_error.ts";
 *
 * // A repository is such a source; this one was pressed a moment ago.
 * const source = {
 *   environment: systemEnvironment,
 *   triggerManualSync: () => Promise.reject(new SyncSchedulerError({ code: "rate_limited", retryAfterSeconds: 60 })),
 *   describe: ({ code }: SyncSchedulerError) => `In other words: ${code}`,
 * } as unknown as ManualSyncSource;
 *
 * const controller = new ManualSyncController(source, "o-1", "xledger");
 * const states: string[] = [];
 * controller.subscribe((sync) => states.push(sync.state));
 * const sync = await controller.press();
 * assert.deepEqual([sync.state, sync.canPress, sync.secondsLeft], ["error", false, 60]);
 * assert.deepEqual(states.slice(0, 3), ["idle", "loading", "error"]);
 * controller.dispose();
 * ```
 */
export class ManualSyncController {
  readonly #source: ManualSyncSource;
  readonly #orgId: string;
  readonly #integrationType: string;
  readonly #listeners = new Set<(snapshot: ManualSyncSnapshot) => void>();
  #disposal = new AbortController();
  #facts: ManualSyncFacts = NO_FACTS;
  #snapshot: ManualSyncSnapshot;
  #press: Promise<ManualSyncSnapshot> | null = null;
  #loading: Promise<ManualSyncSnapshot> | null = null;
  readonly #key: PressKey;
  readonly #cooldown: Countdown;
  #followedId: string | null = null;
  #stopFollowing = () => {};
  #leaveIntegration: (() => void) | undefined;
  #cancelReload = () => {};

  /** The language of the repository. */
  readonly messages: SyncMessages;

  /** Sends no request yet. */
  constructor(source: ManualSyncSource, orgId: string, integrationType: string) {
    this.messages = source.messages;
    this.#source = source;
    this.#orgId = orgId;
    this.#integrationType = integrationType;
    this.#key = new PressKey(source.environment);
    this.#cooldown = new Countdown(source.environment, () => this.#onTick());
    this.#snapshot = this.#describeFacts();
  }

  /** The present state; the same object until something changes. */
  readonly getSnapshot = (): ManualSyncSnapshot => this.#snapshot;

  /** Calls back at once and after every change, until the function that it returns is called. */
  readonly subscribe = (listener: (snapshot: ManualSyncSnapshot) => void): () => void => {
    // A function of its own: a listener that subscribes twice also unsubscribes twice.
    const own = (snapshot: ManualSyncSnapshot) => listener(snapshot);
    this.#listeners.add(own);
    own(this.#snapshot);
    return () => void this.#listeners.delete(own);
  };

  /** Presses the trigger. The promise never rejects: what went wrong is the state. */
  readonly press = (): Promise<ManualSyncSnapshot> =>
    this.#pressOnce((idempotencyKey) =>
      this.#source.triggerManualSync(this.#orgId, this.#integrationType, {
        idempotencyKey,
        signal: this.#disposal.signal,
      })
    );

  /** Runs a failed or cancelled run again: a press like any other. */
  readonly retry = (): Promise<ManualSyncSnapshot> => {
    const runId = this.#facts.run?.run_id;
    if (runId === undefined) return this.press();
    return this.#pressOnce((idempotencyKey) =>
      this.#source.retryRun(runId, { idempotencyKey, signal: this.#disposal.signal })
    );
  };

  /** Cancels the run that is under way, if there is one. */
  readonly cancel = async (reason?: string): Promise<ManualSyncSnapshot> => {
    const { run } = this.#facts;
    const { signal } = this.#disposal;
    if (!isActive(run)) return this.#snapshot;
    try {
      // Frameworks hand an event to what they call on a click.
      const said = typeof reason === "string" ? reason : undefined;
      this.#onRun(await this.#source.cancelRun(run.run_id, { signal, reason: said }));
    } catch (error) {
      // It has ended meanwhile: its follower is about to learn so.
      const hasEnded = error instanceof SyncSchedulerError && error.code === "run_not_active";
      if (!hasEnded && !signal.aborted) this.#fail(error);
    }
    return this.#snapshot;
  };

  /**
   * Learns how things are: the run under way, which is then followed, how the last one ended, the cooldown, and whether a
   * press is allowed. From then on runs that others start are followed as they begin. A controller that was disposed
   * begins anew: React's strict mode runs each effect twice.
   */
  readonly load = (): Promise<ManualSyncSnapshot> => {
    if (this.#disposal.signal.aborted) this.#disposal = new AbortController();
    // Two elements that share a controller ask once.
    return this.#loading ??= this.#loadOnce();
  };

  /** Follows a run, such as one that was pressed before the page was reloaded. */
  readonly follow = (runId: string, known?: SyncRun): void => {
    if (this.#followedId === runId || this.#disposal.signal.aborted) return;
    this.#stopFollowing();
    this.#followedId = runId;
    this.#change({ isLive: false });
    this.#stopFollowing = this.#source.followRun(runId, {
      onRun: (run) => this.#onRun(run),
      onLive: (isLive) => this.#change({ isLive }),
      onError: (error) => {
        this.#followedId = null;
        this.#fail(error);
      },
      onEnd: () => {
        this.#followedId = null;
        this.#change({ isLive: false });
        // For the cooldown that the run leaves behind. Without an answer, the next press will show it.
        this.#learn().catch(() => {});
      },
    }, { known });
  };

  /** An error in a sentence for people as things are now; in the language of the repository by default. */
  readonly describe = (error: SyncSchedulerError, messages?: SyncMessages): string =>
    this.#source.describe(error, messages);

  /** Ends everything that is under way here, until the next `load`; the run goes on. */
  readonly dispose = (): void => {
    this.#change({ isPressing: false, isLoading: false, isLive: false });
    this.#disposal.abort();
    this.#stopFollowing();
    this.#leaveIntegration?.();
    this.#leaveIntegration = undefined;
    this.#followedId = this.#loading = null;
    this.#cancelReload();
    this.#cooldown.stop();
  };

  async #loadOnce(): Promise<ManualSyncSnapshot> {
    const { signal } = this.#disposal;
    this.#cancelReload();
    this.#change({ isLoading: this.#facts.overview === null });
    try {
      await this.#learn();
    } catch (error) {
      if (signal.aborted) return this.#snapshot;
      // Without an answer it is not known whose runs to listen to.
      if (this.#fail(error).isUnanswered) {
        this.#cancelReload = this.#source.environment.after(RELOAD_MS, this.load);
      }
    }
    this.#loading = null;
    this.#change({ isLoading: false });
    return this.#snapshot;
  }

  #pressOnce(ask: (idempotencyKey: string) => Promise<SyncRun>): Promise<ManualSyncSnapshot> {
    const { run, cooldownEndsAt } = this.#facts;
    const isInVain = this.#press === null && (cooldownEndsAt !== null || isActive(run));
    if (isInVain) return Promise.resolve(this.#snapshot);
    return this.#press ??= this.#askFor(ask).finally(() => this.#press = null);
  }

  async #askFor(ask: (idempotencyKey: string) => Promise<SyncRun>): Promise<ManualSyncSnapshot> {
    const { signal } = this.#disposal;
    this.#change({ isPressing: true, error: null, conflict: null, refusal: null });
    try {
      const run = await ask(this.#key.take());
      this.#key.settle();
      this.#change({ isPressing: false, run });
      this.follow(run.run_id, run);
    } catch (error) {
      if (signal.aborted) return this.#snapshot;
      if (!this.#fail(error, { isPressing: false }).isUnanswered) this.#key.settle();
    }
    return this.#snapshot;
  }

  #fail(thrown: unknown, facts: Partial<ManualSyncFacts> = {}): SyncSchedulerError {
    const error = thrown instanceof SyncSchedulerError
      ? thrown
      : new SyncSchedulerError({ code: "unexpected_error", cause: thrown });
    const { activeRun, retryAfterSeconds } = error;
    this.#change({ ...facts, error, ...(error.code === "rate_limited" ? { limit: error } : {}) });
    if (retryAfterSeconds !== null) this.#cooldown.start(retryAfterSeconds);
    if (activeRun !== null) this.follow(activeRun.runId);
    return error;
  }

  #onRun(run: SyncRun): void {
    const facts = factsOfRun(this.#facts, run);
    if (facts !== null) this.#change(facts);
  }

  async #learn(): Promise<void> {
    const { signal } = this.#disposal;
    const before = this.#facts;
    const all = await this.#source.overview(this.#orgId, { signal });
    if (signal.aborted) return;
    const overview = all.find((one) => one.integration_type === this.#integrationType) ?? null;
    const { cooldownSeconds, ...facts } = factsOfOverview(overview);
    this.#change({ overview, ...facts });
    // What has gone wrong since it was asked is newer than the answer.
    if (this.#facts.error === before.error) {
      if (before.error?.isUnanswered) this.#change({ error: null });
      this.#cooldown.start(cooldownSeconds);
    }
    if (overview === null) return;
    this.#leaveIntegration ??= this.#source.followIntegration?.(
      overview.integration_id,
      (run) => isActive(run) && this.follow(run.run_id, run),
      () => this.#learn().catch(() => {}),
    );
    if (overview.active_run_id) this.follow(overview.active_run_id);
    else if (this.#facts.run === before.run) await this.#showLastRun(overview, signal);
  }

  /** Shows how the last run ended to a page that has not seen it: the page was opened or cut off since. */
  async #showLastRun(overview: SyncOverview, signal: AbortSignal): Promise<void> {
    const known = this.#facts.run;
    const runId = missedRunOf(overview, known);
    if (runId === null) return;
    const run = await this.#source.getRun(runId, { signal });
    // Unless one has begun meanwhile.
    if (this.#facts.run === known) this.#change({ run });
  }

  #onTick(): void {
    const { endsAt } = this.#cooldown;
    const isOver = endsAt === null && this.#facts.error?.code === "rate_limited";
    this.#change({ cooldownEndsAt: endsAt, ...(isOver ? { error: null } : {}) });
  }

  #change(facts: Partial<ManualSyncFacts>): void {
    if (this.#disposal.signal.aborted) return;
    this.#facts = { ...this.#facts, ...facts };
    this.#snapshot = this.#describeFacts();
    for (const listener of [...this.#listeners]) listener(this.#snapshot);
  }

  #describeFacts(): ManualSyncSnapshot {
    const { environment } = this.#source;
    return toSnapshot(this.#facts, environment.now(), (error) => this.#source.describe(error));
  }
}
