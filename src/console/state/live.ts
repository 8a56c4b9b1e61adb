import type { RealtimeChannel } from "@supabase/supabase-js";
import type { Alert, Client } from "./types.ts";
import type { SyncRun } from "../../client/mod.ts";

/** What the page learns as it happens. */
export interface LiveHandlers {
  onRun(run: SyncRun, isNew: boolean): void;
  onHealth(integrationId: string): void;
  onAlert(alert: Alert): void;
  /** Changes are reported from now on. Earlier ones may have been missed, so load again. */
  onSubscribed(): void;
  onConnection(isLive: boolean): void;
}

const RETRY_MS = 3000;

/** Follows an organisation. realtime-js comes back by itself after a lost connection, but not after an expired token. */
export class Live {
  #channel: RealtimeChannel | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(
    private readonly supabase: Client,
    private readonly orgId: string,
    private readonly handlers: LiveHandlers,
  ) {
    void this.#join();
  }

  /** Leaves. */
  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#retry);
    if (this.#channel !== undefined) void this.supabase.removeChannel(this.#channel);
  }

  async #join(): Promise<void> {
    // Before subscribing: the first join would go without the person's token, and see nothing.
    const isKnown = await this.supabase.realtime.setAuth().then(() => true, () => false);
    if (this.#isOver) return;
    if (!isKnown) return this.#joinLater();
    const { orgId, handlers } = this;
    const ofOrg = { schema: "public", filter: `org_id=eq.${orgId}` } as const;
    this.#channel = this.supabase.channel(`console-${orgId}-${crypto.randomUUID?.() ?? Math.random()}`)
      .on<SyncRun>(
        "postgres_changes",
        { event: "INSERT", table: "sync_run_log", ...ofOrg },
        ({ new: run }) => handlers.onRun(run, true),
      )
      .on<SyncRun>(
        "postgres_changes",
        { event: "UPDATE", table: "sync_run_log", ...ofOrg },
        ({ new: run }) => handlers.onRun(run, false),
      )
      .on<{ integration_id: string }>(
        "postgres_changes",
        { event: "UPDATE", table: "sync_integration_health", ...ofOrg },
        ({ new: health }) => handlers.onHealth(health.integration_id),
      )
      // Without a filter: an alert about a vendor belongs to no organisation.
      .on<Alert>("postgres_changes", { event: "*", schema: "public", table: "sync_alerts" }, (change) => {
        if (change.eventType !== "DELETE") handlers.onAlert(change.new);
      })
      .on("system", {}, ({ status, extension }: { status: string; extension: string }) => {
        if (extension !== "postgres_changes") return;
        handlers.onConnection(status === "ok");
        if (status === "ok") handlers.onSubscribed();
      })
      .subscribe((status) => {
        if (status === "SUBSCRIBED" || this.#isOver) return;
        handlers.onConnection(false);
        if (status === "CLOSED") this.#joinLater();
      });
  }

  #joinLater(): void {
    this.#retry = setTimeout(() => void this.#join(), RETRY_MS);
  }
}
