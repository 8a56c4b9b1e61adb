import type { SyncErrorCode, SyncSchedulerError } from "../sync_scheduler_error.ts";
import type { TriggerLimit } from "../../rpc-logic/trigger_facts.ts";
import type { SyncEntryState, SyncRunStatus } from "../types.ts";

/** What a message may say about the case at hand, in the words of its language. */
export interface MessageFacts {
  /** The error itself. */
  readonly error: SyncSchedulerError;
  /** The name of the person who started the run in the way; null if it is not known. */
  readonly name: string | null;
  /** When the run in the way began: "2 minutes ago"; null if it is not known. */
  readonly ago: string | null;
  /** How long to wait: "4 minutes"; null if waiting is not the cure. */
  readonly wait: string | null;
  /** When a pause ends: "14:30"; null if it ends by hand only. */
  readonly until: string | null;
  /** An instant of the details on the person's clock: "14:30"; null if it is none. */
  readonly at: (detail: unknown) => string | null;
}

/** A sentence, or a function that makes it from the facts. */
export type SyncMessage = string | ((facts: MessageFacts) => string);

/**
 * What was used up, by the limit that `rate_limited` names. The cooldown and unknown limits have no text here: the
 * message then says that a sync was started just now.
 */
export type LimitTexts = Readonly<
  & Record<Exclude<TriggerLimit, "cooldown"> | "changes_per_hour" | "check" | "webhook" | "vendor", string>
  & Partial<Record<string, string>>
>;

/** What the elements say. */
export interface SyncTexts {
  /** On the button. */
  readonly press: string;
  /** On the button, while a run is under way. */
  readonly busy: string;
  /** On the button while it has to wait: `04:35`. */
  readonly again: (clock: string) => string;
  /** Nothing is known of any run. */
  readonly never: string;
  /** How a run is. */
  readonly status: Readonly<Record<SyncRunStatus, string>>;
  /** What a run waits for, or what its reader must know, by its `notice`. */
  readonly notices: Readonly<Record<string, string>>;
  /** Until when a run waits because its vendor said so. */
  readonly quota: (until: string) => string;
  /** The state of an entry of the outbox. */
  readonly states: Readonly<Record<SyncEntryState, string>>;
  /** A run that is to end before it is done. */
  readonly cancelling: string;
  /** Cancels a run. */
  readonly cancel: string;
  /** Runs a failed run again. */
  readonly retry: string;
  /** How much of a run is done. */
  readonly progress: (done: string, total: string) => string;
  /** How many entries the external system refused. */
  readonly rejected: (count: string) => string;
  /** What a run that ended has exported, and what was refused. */
  readonly outcome: (exported: string, rejected: string) => string;
  /** How many entries wait for a person's decision. */
  readonly undecided: (count: number) => string;
  /** When a failed attempt is repeated. */
  readonly nextAttempt: (time: string) => string;
  /** When a run last succeeded. */
  readonly lastSuccess: (ago: string) => string;
  /** How many alerts are open. */
  readonly alerts: (count: number) => string;
}

/**
 * Everything that the library says to people, in one language. Replace what you would say in another way:
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { en } from "./en.ts";
 * import type { SyncMessages } from "./sync_messages.ts";
 *
 * const ours: SyncMessages = { ...en, errors: { ...en.errors, not_authorized: "Ask Ola for access." } };
 * assert.equal(ours.errors.not_authorized, "Ask Ola for access.");
 * assert.equal(ours.errors.rate_limited, en.errors.rate_limited);
 * ```
 */
export interface SyncMessages {
  /** BCP 47, for numbers and times: `en-GB`, `nb`. */
  readonly locale: string;
  /** One message for each code. */
  readonly errors: Readonly<Record<SyncErrorCode, SyncMessage>>;
  /** What the elements say. */
  readonly texts: SyncTexts;
}
