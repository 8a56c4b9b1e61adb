/**
 * What the plans of an install and of an uninstall are made of.
 *
 * @module
 */

import type { NextStep } from "./next_steps.ts";

/** A file that is to be written or, with `after` null, removed. */
export interface FileChange {
  /** Below `supabase/`. */
  readonly path: string;
  /** Null when it is not there yet. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What to do with shipped files that were edited; refuse by default. */
export type Edited = "refuse" | "keep" | "overwrite";

/** How to install. */
export interface InstallOptions {
  readonly withoutMembership: boolean;
  readonly edited: Edited;
  readonly now: Date;
  /** The two functions that a host with its own organisations fills in. */
  readonly adapter: string;
  /** The SQL that brings kept data back. */
  readonly restore: string;
}

/** What an install does, before it does it. */
export interface Plan {
  /** In the order in which they have to be made. */
  readonly changes: readonly FileChange[];
  /** What the one who installs should know. */
  readonly notes: readonly string[];
  /** What there is to do afterwards. */
  readonly next: readonly NextStep[];
}
