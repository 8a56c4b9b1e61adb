import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database, SyncOverview } from "../../client/mod.ts";

type Public = Database["public"];

/** A client of the API, typed by the database. */
export type Client = SupabaseClient<Database>;

/** One integration with all that a page about it shows. */
export type Overview = SyncOverview;

/** An alert of the organisation, or of a vendor that it uses. */
export type Alert = Public["Tables"]["sync_alerts"]["Row"];

/** An entry of the outbox. */
export type Entry = Public["Tables"]["sync_export_entries"]["Row"];

/** A coming slot. */
export type NextSlot = Public["Functions"]["preview_sync_schedule"]["Returns"][number];

/** A step of a run. */
export type TimelineStep = Public["Functions"]["sync_run_timeline"]["Returns"][number];

/** What a person may do in an organisation. */
export type Role = "admin" | "coordinator" | "viewer";

/** An organisation of the person who is signed in. */
export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** A voucher in a fake vendor's books. */
export interface Voucher {
  readonly reference: string;
  readonly documentNumber: string | null;
  readonly postingDate: string | null;
  readonly description: string;
  readonly state: "booked" | "waiting" | "refused";
  readonly lines: readonly { readonly account: string; readonly amount: string }[];
  readonly times: number;
}
