/**
 * An external system as a campaign sees it: how it is connected, how it misbehaves, and what its books hold.
 *
 * @module
 */
import type { SyncEntryState } from "../../../src/client/types.ts";
import type { Connector } from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Random } from "../campaign/random.ts";
import type { JumpClock } from "../../support/jump_clock.ts";
import type { Voucher } from "./vouchers.ts";

/** What each state says of an entry: whether it has come to its end, and whether something of it may have been sent. */
const STATES: Readonly<Record<SyncEntryState, { readonly isEnd: boolean; readonly mayHaveLeft: boolean }>> = {
  pending: { isEnd: false, mayHaveLeft: false },
  sending: { isEnd: false, mayHaveLeft: true },
  unknown: { isEnd: false, mayHaveLeft: true },
  exported: { isEnd: true, mayHaveLeft: true },
  rejected: { isEnd: true, mayHaveLeft: true },
  withdrawn: { isEnd: true, mayHaveLeft: false },
};

/** The states that this is true for. */
export function statesThat(is: (state: (typeof STATES)[SyncEntryState]) => boolean): SyncEntryState[] {
  return (Object.keys(STATES) as SyncEntryState[]).filter((state) => is(STATES[state]));
}

/** An entry as the outbox has it. */
export interface Outcome extends Voucher {
  readonly state: SyncEntryState;
  readonly error_message: string | null;
  /** What was delivered after something else had been sent, until that is decided. */
  readonly contradicted_by: Omit<Voucher, "entry_key"> | null;
}

/** An entry in the words of an assertion that fails. */
export function describe({ entry_key, state, error_message }: Outcome): string {
  return `${entry_key} is ${state} (${error_message})`;
}

/** One external system for one schedule, on the schedule's clock. */
export interface Subject extends AsyncDisposable {
  readonly integrationType: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly connector: Connector;
  /** Another configuration that a person may save in between, if the subject has any. */
  changeRules?(random: Random): Readonly<Record<string, unknown>>;
  /** Odds of a misfortune at each request. */
  readonly misfortunes: number;
  /** Queues a misfortune for a request to come. */
  misbehave(random: Random): void;
  /** So much time is about to pass: requests that were late are carried out, if they ever are. */
  passTime(random: Random, milliseconds: number): Promise<void>;
  /**
   * What a person finds in the books, by entry key, when nothing that was sent can come any more. For a vendor that may never
   * settle a batch by itself.
   */
  lookUp?(): Promise<(entryKey: string) => boolean>;
  /** Whether the books hold anything of a voucher at this moment. */
  isBooked(voucher: Voucher): Promise<boolean>;
  /** Fails unless the books agree with the outbox, to the last digit, and hold nothing else. */
  check(outcomes: readonly Outcome[]): Promise<void>;
}

/** What a subject is made of. */
export interface SubjectTools {
  /** How this tenant of the vendor behaves is drawn from it. */
  readonly random: Random;
  readonly clock: JumpClock;
  readonly integrationId: string;
  readonly vouchers: readonly Voucher[];
}

/** Makes the subject of a schedule. */
export type StartSubject = (tools: SubjectTools) => Promise<Subject>;
