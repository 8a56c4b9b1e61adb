/**
 * The one interface to every external system.
 *
 * A connector settles batches and nothing else: reserving, recording, leases, slices, retries and cancellation
 * belong to the slice that calls it. A batch is what the system takes at once (a mass mutation, a journal, one
 * POST), so its size is the connector's choice.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type { Batch, Entry, EntryResult, RejectedEntry } from "../vouchers/entries.ts";
import type { Failure } from "../core/errors.ts";
import type { Secrets } from "../core/secrets.ts";

/** What a connector works with. It touches the outside only through this. */
export interface ConnectorContext {
  readonly org_id: string;
  readonly integration_id: string;
  readonly fetch: typeof fetch;
  /**
   * The integration's credentials. A connector adds what it gets with them, and redacts what the other side says before
   * it cuts it; whatever it reports is redacted once more by `openConnector`.
   */
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Aborted when the lease is lost: another worker may own the run, so nothing more may be sent. */
  readonly signal: AbortSignal;
  /** End of the slice on `clock.elapsed()`: waits that pass it are handed back as a failure with a hint. */
  readonly deadline: number;
  /** The newest checkpoint of the run, or null. */
  checkpoint(): unknown;
  /** Saves progress inside a batch, such as staged items that wait for their import. Durable once it resolves. */
  saveCheckpoint(checkpoint: unknown): Promise<void>;
}

/**
 * What became of a batch. An entry without a result is `unknown`; a settled one gets none. Results `unknown` and `pending` come with the
 * failure that says why; a rate limit is a failure of class `rate_limited` with its hint.
 */
export interface ExportOutcome {
  readonly results: readonly EntryResult[];
  readonly failure?: Failure;
  /**
   * The system refused the first send of the batch as a whole for what is in it, took nothing of it, and does not say
   * which entry is at fault. The slice then sends smaller parts, each under a key of its own, until the entry is alone.
   * `failure` says why, in the system's words: they become the entry's error. Results may settle entries that were not
   * sent; what has none was refused.
   *
   * Ignored for a repetition. Not for a refusal of the request or of the account, which every batch would meet.
   */
  readonly refused_whole_batch?: boolean;
  /** With `refused_whole_batch`: the batch has too many entries or bytes. Later batches of the run are smaller. */
  readonly batch_too_large?: boolean;
}

/**
 * What the external system knows of entries that may have been sent before. Entries that are neither `settled`
 * nor `absent` stay unknown: give delayed visibility its time before calling an entry absent.
 */
export interface LookupOutcome {
  readonly settled: readonly EntryResult[];
  /** Keys of entries that were definitely not taken: they are sent again. */
  readonly absent: readonly string[];
  readonly failure?: Failure;
}

/**
 * The answer of a connection check. `reachedOnly`: the system answers, but does not show whether our credentials are
 * good. So it does not end what a refused check has found. `isGuess`: the check asks in another way than an export
 * does, so an export need not meet this failure. The engine ignores such a failure after a recent good export.
 */
export type PingOutcome =
  | { readonly ok: true; readonly reachedOnly?: boolean }
  | { readonly ok: false; readonly failure: Failure; readonly isGuess?: boolean };

/** Whether a batch with these open entries, whose outcome is not known, lets others be sent before it is known. */
export type IndependenceCheck = (context: ConnectorContext, entries: readonly Entry[]) => Promise<boolean>;

/** A connector with its config and credentials in place. */
export interface OpenConnector {
  /** Entries a batch, 1 to 500. */
  readonly batchSize: number;
  /**
   * Bytes of the payloads of a batch, if the external system takes less than `settings.max_batch_bytes` at once. A single
   * entry may be larger.
   */
  readonly batchBytes?: number;
  /**
   * Entries after which a slice gives way to the next attempt, however much of its time is left. A hosted isolate has
   * two seconds of processor time a request, and the platform ends it beyond that. Half of what they were measured to
   * be good for: see docs/scaling.md. Without it time alone counts.
   */
  readonly sliceEntries?: number;
  /**
   * Whether other batches may be sent although the outcome of one stays unknown for the rest of the run. A boolean
   * decides for all batches, a function by the open entries of that one. Without it the run ends there.
   */
  readonly independentBatches?: boolean | IndependenceCheck;
  ping(context: ConnectorContext): Promise<PingOutcome>;
  /**
   * The entries that our own rules refuse, of those that are about to be sent for the first time. They are recorded
   * before the others are sent, so that they are never part of a batch that goes out. Asks the other side nothing.
   * `export` may apply the same rules to a first send (`isFirstSend`), never to a repetition.
   */
  findUnsound?(context: ConnectorContext, entries: readonly Entry[]): readonly RejectedEntry[];
  /**
   * Gets the open entries only. Without it, a batch of unknown outcome is exported again whole, with the settled
   * entries, under the same `batch_id`.
   */
  lookup?(context: ConnectorContext, entries: readonly Entry[]): Promise<LookupOutcome>;
  /** Throws only when it was aborted or is broken; whatever the other side does is an outcome. */
  export(context: ConnectorContext, batch: Batch): Promise<ExportOutcome>;
}

/** An integration type's connector; its config and credentials are parsed when it is opened. */
export interface Connector {
  readonly type: string;
  /** The keys of config that decide where requests go: the same as `sync_integration_types.address_keys`. */
  readonly addressKeys: readonly string[];
  /**
   * Where requests may go with this config: exactly there, or anywhere below one that ends with a slash. Everything else is
   * refused by `openConnector`. Throws SyncError `invalid_config`.
   */
  targets(config: unknown): readonly URL[];
  /** Throws SyncError `invalid_config` or `invalid_credentials`. */
  open(config: unknown, credentials: unknown): OpenConnector;
}

/**
 * What one connector consists of. `Config` and `Credentials` stay its own: nothing else sees their shape. `targets` gets
 * nothing of the config but the `addressKeys`.
 */
export interface ConnectorDefinition<Config, Credentials, AddressKey extends keyof Config & string> {
  readonly type: string;
  readonly addressKeys: readonly AddressKey[];
  targets(address: Pick<Config, AddressKey>): readonly URL[];
  parseConfig(raw: unknown): Config;
  /** Gets null when the integration has none. */
  parseCredentials(raw: unknown): Credentials;
  connect(config: Config, credentials: Credentials): OpenConnector;
}

/**
 * Makes a connector of its definition.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { allEntries } from "../vouchers/entries.ts";
 * import { defineConnector } from "./connector.ts";
 *
 * const paper = defineConnector({
 *   type: "paper",
 *   addressKeys: [],
 *   targets: () => [],
 *   parseConfig: (raw) => ({ trays: Number(raw) }),
 *   parseCredentials: () => null,
 *   connect: ({ trays }) => ({
 *     batchSize: trays,
 *     ping: () => Promise.resolve({ ok: true }),
 *     export: (_context, batch) => Promise.resolve({ results: allEntries(batch.entries, "exported") }),
 *   }),
 * });
 * assert.equal(paper.open("2", null).batchSize, 2);
 * ```
 */
export function defineConnector<Config, Credentials, AddressKey extends keyof Config & string = never>(
  definition: ConnectorDefinition<Config, Credentials, AddressKey>,
): Connector {
  return {
    type: definition.type,
    addressKeys: definition.addressKeys,
    targets: (config) => definition.targets(definition.parseConfig(config)),
    open: (config, credentials) =>
      definition.connect(definition.parseConfig(config), definition.parseCredentials(credentials)),
  };
}
