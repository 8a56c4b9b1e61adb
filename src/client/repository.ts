import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../database_types.ts";
import { type Answer, call } from "./call.ts";
import { askFunction, toPart } from "./count_rows.ts";
import { type ClientEnvironment, systemEnvironment } from "./environment.ts";
import { explainSlots } from "./explain_slots.ts";
import { type FollowListener, type FollowOptions, followRun } from "./follow_run.ts";
import { listRuns, type ListRunsOptions, type RunPage } from "./list_runs.ts";
import { describeError } from "./messages/describe_error.ts";
import { en } from "./messages/en.ts";
import type { SyncMessages } from "./messages/sync_messages.ts";
import { type Part, readAll } from "./read_all.ts";
import { readActiveRun } from "./read_error.ts";
import { joinRuns } from "./run_channel.ts";
import type {
  PauseOptions,
  ReasonOptions,
  RepositoryOptions,
  RequestOptions,
  ResumeOptions,
  SlotsOptions,
  TriggerOptions,
} from "./repository_options.ts";
import { SyncSchedulerError } from "./sync_scheduler_error.ts";
import type {
  PausedIntegration,
  SupabaseLike,
  SyncIntegration,
  SyncOverview,
  SyncRun,
  SyncSlot,
} from "./types.ts";
import { watchRun } from "./watch_run.ts";

type Functions = Database["public"]["Functions"];
/** What a function takes. JSON leaves out what is undefined, and the function then takes its default. */
type Args<Name extends keyof Functions> = {
  [Argument in keyof Functions[Name]["Args"]]: Functions[Name]["Args"][Argument] | undefined;
};

/** A client whose functions all return the same. */
interface RpcClient<T> {
  rpc(name: string, args: unknown): { abortSignal(signal: AbortSignal): PromiseLike<Answer<T>> };
}

/** postgrest-js repeats reads by itself. */
const REPEATED_BY_POSTGREST = 0;

/**
 * Everything that a client app asks of the Sync Scheduler. Each method rejects with a {@linkcode SyncSchedulerError}
 * and nothing else, unless its signal is aborted. Requests that got no answer are repeated: a press carries a key by
 * which the database knows it.
 *
 * @example
 * ```ts ignore
 * import { createClient } from "@supabase/supabase-js";
 * import { nb, SyncSchedulerError, SyncSchedulerRepository } from "sync-scheduler";
 *
 * const supabase = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY);
 * const syncs = new SyncSchedulerRepository(supabase, { messages: nb, nameOf: (id) => names.get(id) });
 * try {
 *   const run = await syncs.triggerManualSync(orgId, "xledger");
 *   show(run.run_id, run.status); // "pending"
 * } catch (error) {
 *   if (error instanceof SyncSchedulerError) show(error.message, error.retryAt);
 * }
 * ```
 *
 * @example In a test, with a client of your own
 * ```ts
 * import assert from "node:assert/strict";
 * import { SyncSchedulerRepository } from "./repository.ts";
 *
 * const asked: unknown[] = [];
 * const answer = { data: { run_id: "r-1", status: "pending" }, error: null, status: 200 };
 * const supabase = {
 *   rpc: (name: string, args: unknown) => {
 *     asked.push([name, args]);
 *     return { abortSignal: () => Promise.resolve(answer) };
 *   },
 *   from: () => {},
 *   channel: () => {},
 *   removeChannel: () => Promise.resolve("ok"),
 *   realtime: { setAuth: () => Promise.resolve() },
 * };
 * const run = await new SyncSchedulerRepository(supabase)
 *   .triggerManualSync("o-1", "xledger", { idempotencyKey: "k-1" });
 * assert.equal(run.run_id, "r-1");
 * assert.deepEqual(asked, [[
 *   "trigger_integration_sync",
 *   { org_id: "o-1", integration_type: "xledger", idempotency_key: "k-1" },
 * ]]);
 * ```
 */
export class SyncSchedulerRepository {
  /** The client that it was made with. */
  readonly supabase: SupabaseLike;
  /** Time, chance and keys. */
  readonly environment: ClientEnvironment;
  /** The language of its messages. */
  readonly messages: SyncMessages;
  /** SupabaseLike accepts clients of any Database type; the migrations make ours. */
  readonly #typed: SupabaseClient<Database>;
  readonly #nameOf: ((userId: string) => string | null | undefined) | undefined;

  /** Takes the client of the app, signed in or about to be. */
  constructor(supabase: SupabaseLike, options: RepositoryOptions = {}) {
    this.supabase = supabase;
    this.#typed = supabase as unknown as SupabaseClient<Database>;
    this.environment = options.environment ?? systemEnvironment;
    this.messages = options.messages ?? en;
    this.#nameOf = options.nameOf;
  }

  /** Presses the trigger: starts a run and returns it at once, `pending`. */
  triggerManualSync(orgId: string, integrationType: string, options: TriggerOptions = {}): Promise<SyncRun> {
    return this.#press(
      "trigger_integration_sync",
      { org_id: orgId, integration_type: integrationType },
      options,
    );
  }

  /** Starts a new run after one that failed or was cancelled; it exports what has not been exported. */
  retryRun(runId: string, options: TriggerOptions = {}): Promise<SyncRun> {
    return this.#press("retry_integration_sync", { run_id: runId }, options);
  }

  /** Cancels a run: a pending one at once, a running one when the batch in its hands is settled. */
  cancelRun(runId: string, options: ReasonOptions = {}): Promise<SyncRun> {
    return this.#rpc("cancel_integration_sync", { run_id: runId, reason: options.reason }, options);
  }

  /**
   * Pauses an integration: presses are refused, slots are skipped, and nothing more is sent. An active run finishes the
   * batch that is on its way and waits until the pause is over: it comes with the answer. For admins.
   */
  async pause(
    orgId: string,
    integrationType: string,
    options: PauseOptions = {},
  ): Promise<PausedIntegration> {
    const { reason, resumeAt } = options;
    const args = {
      org_id: orgId,
      integration_type: integrationType,
      reason,
      resume_at: resumeAt?.toISOString(),
    };
    const integration = await this.#rpc("pause_integration_sync", args, options);
    if (!integration.paused_at) return { ...integration, active_run: null };
    const active = {
      integrationType,
      statuses: ["pending", "running"] as const,
      limit: 1,
      signal: options.signal,
    };
    // The pause holds, whether or not this question is answered.
    const page = await this.listRuns(orgId, active).catch(() => null);
    return { ...integration, active_run: page?.runs[0] ?? null };
  }

  /** Ends a pause; another one than that of `pausedAt` stays, and comes with the answer. For admins. */
  resume(orgId: string, integrationType: string, options: ResumeOptions = {}): Promise<SyncIntegration> {
    const { reason, pausedAt } = options;
    const args = { org_id: orgId, integration_type: integrationType, reason, paused_at: pausedAt };
    return this.#rpc("resume_integration_sync", args, options);
  }

  /** The organisation's integrations with all that a page about them shows, and what a press would answer now. */
  async overview(orgId: string, options: RequestOptions = {}): Promise<SyncOverview[]> {
    const { rows } = await readAll<SyncOverview>({
      ask: async (_last, _wanted, known) => {
        const part = await this.#part<SyncOverview>("sync_overview", { org_id: orgId }, options, known);
        // An API that does not count is taken at its word.
        return { ...part, left: part.left ?? 0 };
      },
      idOf: (row) => row.integration_id,
    });
    return rows;
  }

  /** What became of each slot of a period, and why: all of them, however few the Data API gives at once. */
  explainSlots(orgId: string, integrationType: string, options: SlotsOptions): Promise<SyncSlot[]> {
    const target = { org_id: orgId, integration_type: integrationType };
    return explainSlots(
      options,
      (from, to) => this.#part("explain_sync_slots", { ...target, from, to }, options),
    );
  }

  /** The run as it is now; `not_authorized` if there is none that you may see. */
  async getRun(runId: string, options: RequestOptions = {}): Promise<SyncRun> {
    const run = await this.#call(
      (signal) =>
        this.#typed.from("sync_run_log").select().eq("run_id", runId).abortSignal(signal).maybeSingle(),
      options,
      REPEATED_BY_POSTGREST,
    );
    if (run !== null) return run;
    // As the RPCs answer: whether it exists must not leak.
    throw this.#withMessage(new SyncSchedulerError({ code: "not_authorized", status: 404 }));
  }

  /** The runs of an organisation, newest first, a page at a time: as long as asked for, however few come at once. */
  listRuns(orgId: string, options: ListRunsOptions = {}): Promise<RunPage> {
    return listRuns(
      this.#typed,
      orgId,
      options,
      (query) =>
        this.#call(async (signal) => toPart(await query.abortSignal(signal)), options, REPEATED_BY_POSTGREST),
    );
  }

  /**
   * The run as it changes, until it has ended: its last state is the last value. Live through Realtime; the row is
   * polled while Realtime is away. Ends early by `break` or by the signal, with whose reason it then rejects.
   */
  watchRun(runId: string, options: FollowOptions = {}): AsyncIterableIterator<SyncRun> {
    return watchRun(this, runId, options);
  }

  /** The same with callbacks. Returns a function that ends it. */
  followRun(runId: string, listener: FollowListener, options: FollowOptions = {}): () => void {
    return followRun(this, runId, listener, options);
  }

  /**
   * Reports the integration's runs as they begin, also those of others. `onGap` says that some may have been missed: at
   * the start, and whenever Realtime was away. Returns a function that ends it.
   */
  followIntegration(integrationId: string, onRun: (run: SyncRun) => void, onGap: () => void): () => void {
    const changes = { event: "INSERT", filter: `integration_id=eq.${integrationId}` } as const;
    const events = {
      onRow: (row: unknown) => onRun(row as SyncRun),
      // One look is enough here: when nothing more can be missed.
      onGap: (isListening: boolean) => isListening && onGap(),
    };
    return joinRuns(this.supabase, this.environment, changes, events);
  }

  /** An error in a sentence for people as things are now: its own message says how they were. */
  describe(error: SyncSchedulerError, messages: SyncMessages = this.messages): string {
    return describeError(error, {
      messages,
      now: new Date(this.environment.now()),
      nameOf: this.#nameOf,
    });
  }

  async #press<Name extends "trigger_integration_sync" | "retry_integration_sync">(
    name: Name,
    target: Omit<Args<Name>, "idempotency_key">,
    options: TriggerOptions,
  ): Promise<SyncRun> {
    const idempotency_key = options.idempotencyKey ?? this.environment.newKey();
    try {
      return await this.#rpc(name, { ...target, idempotency_key } as Args<Name>, options);
    } catch (error) {
      const activeRun = error instanceof SyncSchedulerError ? error.activeRun : null;
      if (activeRun?.triggeredBy !== "manual") throw error;
      // Only the row says whose run is active. Without the row, the error is good enough.
      const run = await this.getRun(activeRun.runId, options).catch(() => null);
      throw run === null
        ? error
        : this.#withMessage((error as SyncSchedulerError).with({ activeRun: readActiveRun(run) }));
    }
  }

  /** The error with a message for people. */
  readonly #withMessage = (error: SyncSchedulerError): SyncSchedulerError =>
    error.with({ message: this.describe(error) });

  #rpc<Name extends keyof Functions>(
    name: Name,
    args: Args<Name>,
    options: RequestOptions,
  ): Promise<Functions[Name]["Returns"]> {
    // supabase-js's own types cannot follow a name that is an argument.
    const client = this.supabase as unknown as RpcClient<Functions[Name]["Returns"]>;
    return this.#call((signal) => client.rpc(name, args).abortSignal(signal), options);
  }

  #part<Row>(name: string, args: unknown, options: RequestOptions, known = 0): Promise<Part<Row>> {
    return this.#call((signal) => askFunction(this.supabase, name, args, signal, known), options);
  }

  #call<T>(
    ask: (signal: AbortSignal) => PromiseLike<Answer<T>>,
    { signal }: RequestOptions,
    repetitions?: number,
  ): Promise<T> {
    return call(ask, { environment: this.environment, signal, describe: this.#withMessage, repetitions });
  }
}
