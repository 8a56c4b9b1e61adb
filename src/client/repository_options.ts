import type { ClientEnvironment } from "./environment.ts";
import type { SyncMessages } from "./messages/sync_messages.ts";

/** How the repository talks, and what it lives on. */
export interface RepositoryOptions {
  /** The language of error messages; English if left out. */
  readonly messages?: SyncMessages | undefined;
  /** Looks up the name of a user for messages; null or undefined while it is not known. */
  readonly nameOf?: ((userId: string) => string | null | undefined) | undefined;
  /** Time, chance and keys; those of the system if left out. */
  readonly environment?: ClientEnvironment | undefined;
}

/** What every method takes. */
export interface RequestOptions {
  /** Gives the request up; the method then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A press. */
export interface TriggerOptions extends RequestOptions {
  /** One key for one press; a new one is made if it is left out. Give your own to repeat a press after a reload. */
  readonly idempotencyKey?: string | undefined;
}

/** Something done by a person who may say why. */
export interface ReasonOptions extends RequestOptions {
  /** At most 500 characters; kept in the log. */
  readonly reason?: string | undefined;
}

/** A pause. */
export interface PauseOptions extends ReasonOptions {
  /** When the pause ends by itself; by hand only, if left out. */
  readonly resumeAt?: Date | undefined;
}

/** The end of a pause. */
export interface ResumeOptions extends ReasonOptions {
  /** The pause that is meant: `paused_at` as the row has it, to the microsecond. Any, if left out. */
  readonly pausedAt?: string | undefined;
}

/** A period of slots. */
export interface SlotsOptions extends RequestOptions {
  /** The first instant of it. */
  readonly from: Date;
  /** The first instant after it; at most 366 days later. */
  readonly to: Date;
}
