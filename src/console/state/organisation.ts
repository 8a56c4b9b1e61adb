import type { ManualSyncSource, SyncRun, SyncSchedulerRepository } from "../../client/mod.ts";
import { shareOverview } from "./sync_source.ts";
import { IntegrationModel } from "./integration.ts";
import { Live } from "./live.ts";
import { acknowledgeAlert, fetchAlerts, fetchTimeline } from "./queries.ts";
import { Resource } from "./resource.ts";
import type { Alert, Client, Organisation, Overview, TimelineStep } from "./types.ts";

const GATHER_MS = 200;
/** While Realtime is away, and only then. */
const AWAY_MS = 10_000;

/** An organisation as the page shows it, kept up to date by Realtime: nothing here asks at intervals while that is there. */
export class OrganisationModel {
  readonly overview: Resource<Overview[]>;
  readonly alerts: Resource<Alert[]>;
  /** False while changes are not reported as they happen. */
  isLive = false;
  /** What went wrong with the last action, in words, and where it was asked for. */
  failure: { readonly place: string; readonly message: string } | null = null;
  /** The run that is opened, with its steps. */
  opened: { readonly runId: string; readonly timeline: Resource<TimelineStep[]> } | null = null;
  readonly #integrations = new Map<string, IntegrationModel>();
  readonly #source: ManualSyncSource;
  readonly #live: Live;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly supabase: Client,
    readonly repository: SyncSchedulerRepository,
    readonly organisation: Organisation,
    readonly ledgerUrl: string | null,
    readonly changed: () => void,
  ) {
    this.#source = shareOverview(repository);
    this.overview = new Resource((signal) => this.#source.overview(organisation.id, { signal }), changed);
    this.alerts = new Resource((signal) => fetchAlerts(supabase, organisation.id, signal), changed);
    void this.overview.refresh();
    void this.alerts.refresh();
    this.#setLive(false);
    this.#live = new Live(supabase, organisation.id, {
      onRun: (run, isNew) => this.#onRun(run, isNew),
      onHealth: () => this.#gather(),
      onAlert: () => {
        void this.alerts.refresh();
        this.#gather();
      },
      onSubscribed: () => this.refresh(),
      onConnection: (isLive) => {
        this.#setLive(isLive);
        changed();
      },
    });
  }

  /** The parts of one integration, loaded when first asked for. */
  integration(row: Overview): IntegrationModel {
    const known = this.#integrations.get(row.integration_id);
    if (known !== undefined) return known;
    const { supabase, repository, organisation, ledgerUrl, changed } = this;
    const model = new IntegrationModel(
      { supabase, repository, source: this.#source, orgId: organisation.id, ledgerUrl, changed },
      row,
    );
    this.#integrations.set(row.integration_id, model);
    // Not while the page is being drawn.
    queueMicrotask(() => model.refresh());
    return model;
  }

  /** Opens a run, or closes it. */
  toggleRun(runId: string): void {
    const isOpen = this.opened?.runId === runId;
    this.opened?.timeline.dispose();
    const timeline = new Resource((signal) => fetchTimeline(this.supabase, runId, signal), this.changed);
    this.opened = isOpen ? null : { runId, timeline };
    if (isOpen) this.changed();
    else void timeline.refresh();
  }

  /** Loads everything that is shown. */
  refresh(): void {
    this.#refreshOverview();
    void this.alerts.refresh();
    for (const model of this.#integrations.values()) model.refresh();
  }

  /** Does what the person has asked for, and shows what went wrong at the place where they asked. */
  async act(place: string, work: () => Promise<unknown>): Promise<boolean> {
    this.forgetFailure();
    try {
      await work();
      this.refresh();
      return true;
    } catch (error) {
      this.failure = { place, message: (error as Error).message };
      // What was refused may have changed since it was shown.
      this.refresh();
      return false;
    }
  }

  /** What went wrong was read, or is asked for again. */
  forgetFailure(): void {
    this.failure = null;
    this.changed();
  }

  /** Records that a person takes care of an alert. */
  acknowledge(alertId: string): Promise<boolean> {
    return this.act(alertId, () => acknowledgeAlert(this.supabase, alertId));
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    clearInterval(this.#asking);
    this.#live.dispose();
    for (const model of [this.overview, this.alerts, ...this.#integrations.values()]) model.dispose();
  }

  #setLive(isLive: boolean): void {
    this.isLive = isLive;
    clearInterval(this.#asking);
    // Not what the charts show: that can wait until it is back.
    this.#asking = isLive ? undefined : setInterval(() => {
      this.#refreshOverview();
      void this.alerts.refresh();
    }, AWAY_MS);
  }

  #onRun(run: SyncRun, isNew: boolean): void {
    const row = this.overview.value?.find(({ integration_id }) => integration_id === run.integration_id);
    this.#integrations.get(run.integration_id)?.onRun(run, isNew);
    if (run.run_id === this.opened?.runId) void this.opened.timeline.refresh();
    const isKnown = row?.active_run_id === run.run_id && row.active_status === run.status;
    if (row === undefined || !isKnown) this.#gather();
    else this.#setProgress(row, run);
    this.changed();
  }

  /** Progress needs no question: the change says it. */
  #setProgress(row: Overview, { entries_total, entries_done, entries_failed }: SyncRun): void {
    const value = this.overview.value?.map((old) =>
      old === row ? { ...row, entries_total, entries_done, entries_failed } : old
    );
    if (value !== undefined) this.overview.set(value);
  }

  /** Changes come in twos and threes; one question answers for all. */
  #gather(): void {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.#refreshOverview(), GATHER_MS);
  }

  /** For the list and for the buttons, with one question. */
  #refreshOverview(): void {
    void this.overview.refresh();
    for (const { controller } of this.#integrations.values()) void controller.load();
  }
}
