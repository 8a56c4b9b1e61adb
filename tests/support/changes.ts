/**
 * Listening to Realtime as a client app does.
 *
 * @module
 */
import type { RealtimeChannel } from "@supabase/supabase-js";
import { until } from "../../local/wait.ts";
import type { Client } from "./tenant.ts";

/** What a subscriber learns of one change. */
export interface Change {
  readonly eventType: string;
  readonly table: string;
  readonly commit_timestamp: string;
  readonly new: Readonly<Record<string, unknown>>;
  readonly old: Readonly<Record<string, unknown>>;
}

/** A subscription and everything that came of it. */
export interface Listener extends AsyncDisposable {
  readonly channel: RealtimeChannel;
  readonly changes: readonly Change[];
  /** What `subscribe` reported, in order. */
  readonly statuses: readonly string[];
  /** The texts of `system` messages, in order. */
  readonly system: readonly string[];
  /** Waits for the first change that fits. */
  until(what: string, fits: (change: Change) => boolean): Promise<Change>;
}

/** What to listen to; everything of the table by default. */
export interface ListenOptions {
  readonly event?: "INSERT" | "UPDATE" | "DELETE";
  readonly filter?: string;
  readonly table?: string;
  /** A token of one's own instead of the session's. */
  readonly token?: string;
  /** Do not wait until changes are read. */
  readonly wait?: false;
}

/** Subscribes with the person's token and waits until no change is missed any more. */
export async function listen(
  client: Client,
  { event, filter, table = "sync_run_log", token, wait }: ListenOptions = {},
): Promise<Listener> {
  await client.realtime.setAuth(token ?? null);
  const changes: Change[] = [];
  const statuses: string[] = [];
  const system: string[] = [];
  const channel = client.channel(crypto.randomUUID())
    .on(
      "postgres_changes",
      { event: event ?? "*", schema: "public", table, ...(filter === undefined ? {} : { filter }) } as {
        event: "*";
        schema: string;
      },
      (payload) => void changes.push(payload as unknown as Change),
    )
    .on("system", {}, (payload: { message: string }) => void system.push(payload.message))
    .subscribe((status) => void statuses.push(status));
  if (wait !== false) {
    await until("the system message", () => system.includes("Subscribed to PostgreSQL"));
  }
  return {
    channel,
    changes,
    statuses,
    system,
    until: (what, fits) => until(what, () => changes.find(fits)),
    async [Symbol.asyncDispose]() {
      await client.removeAllChannels();
      await client.realtime.disconnect();
    },
  };
}
