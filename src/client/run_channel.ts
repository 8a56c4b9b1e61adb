import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import type { ClientEnvironment } from "./environment.ts";
import type { SupabaseLike } from "./types.ts";

const FIRST_BACKOFF_MS = 1_000;
/** That of realtime-js's own: when Realtime is back, people should not wait for us much longer than for it. */
const LONGEST_BACKOFF_MS = 10_000;
/** A subscription that held for this long was a good one: the next break is a new one. */
const STABLE_MS = 30_000;

/** Which changes of runs. */
export interface RunChanges {
  /** Runs that begin, or runs that go on. */
  readonly event: "INSERT" | "UPDATE";
  /** The runs, as a filter of Realtime. */
  readonly filter: string;
}

/** What Realtime has to say. */
export interface RunChannelEvents {
  /** Changes may have been missed until now: look for yourself. Whether they are heard from now on, or only soon. */
  onGap(isListening: boolean): void;
  /** From now on changes are heard (`true`), or not any more (`false`). */
  onLive?(live: boolean): void;
  /** The row after a change, or what came in its place. */
  onRow(row: unknown): void;
}

/**
 * Subscribes to changes of runs, and again whenever that breaks, until the function that it returns is called.
 *
 * realtime-js reconnects its socket, and rejoins after most errors. It does not rejoin after the server has closed a
 * channel, as it does when the token expires. Nor does it distinguish kinds of errors. So after any error the channel
 * is left and a new one joined after a while, with the token that the session has by then.
 *
 * @example
 * ```ts ignore
 * const changes = { event: "UPDATE", filter: `run_id=eq.${runId}` } as const;
 * const leave = joinRuns(supabase, systemEnvironment, changes, {
 *   onGap: () => look(),
 *   onLive: (live) => show(live ? "live" : "polling"),
 *   onRow: (row) => show(row),
 * });
 * leave();
 * ```
 */
export function joinRuns(
  supabase: SupabaseLike,
  environment: ClientEnvironment,
  { event, filter }: RunChanges,
  events: RunChannelEvents,
): () => void {
  const client = supabase as unknown as SupabaseClient;
  let channel: RealtimeChannel | null = null;
  let live = false;
  let liveSince = 0;
  let failures = 0;
  let cancelRejoin = () => {};
  /** Counts the channels, so that what a former one still says is not heard. */
  let current = 0;

  async function join(): Promise<void> {
    const mine = ++current;
    const ifMine = <T>(listener: (argument: T) => void) => (argument: T) => {
      if (mine === current) listener(argument);
    };
    try {
      // Or a channel that is joined at once goes without the token of the session, and hears nothing.
      await client.realtime.setAuth();
      if (mine !== current) return;
      // A topic of its own: to realtime-js two channels of one topic are the same.
      channel = client.channel(`sync_runs:${environment.newKey()}`);
      channel
        .on(
          "postgres_changes",
          // To the types each event is a case of its own.
          { event: event as "UPDATE", schema: "public", table: "sync_run_log", filter },
          ifMine(({ new: row }: { new: unknown }) => events.onRow(row)),
        )
        .on("system", {}, ifMine(onSystem))
        .subscribe(ifMine((status: string) => status === "SUBSCRIBED" ? events.onGap(false) : onBreak()));
    } catch {
      // No session, no WebSocket: as good as a broken connection.
      if (mine === current) onBreak();
    }
  }

  function onSystem({ status, extension }: { status: string; extension?: string }): void {
    if (status !== "ok") return onBreak();
    if (extension !== "postgres_changes") return;
    if (!live) {
      live = true;
      liveSince = environment.now();
      events.onLive?.(true);
    }
    // Earlier changes reached no subscriber. This comes again when Realtime had lost the database.
    events.onGap(true);
  }

  function onBreak(): void {
    leave();
    if (live && environment.now() - liveSince >= STABLE_MS) failures = 0;
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** failures++, LONGEST_BACKOFF_MS);
    cancelRejoin = environment.after(backoff * (0.5 + environment.random() / 2), join);
    if (!live) return;
    live = false;
    events.onLive?.(false);
  }

  function leave(): void {
    current++;
    cancelRejoin();
    // Nothing waits for the goodbye; while the connection is down it is not even sent.
    if (channel !== null) client.removeChannel(channel).catch(() => {});
    channel = null;
  }

  join();
  return leave;
}
