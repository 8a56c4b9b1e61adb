/**
 * Connection checks as a client sees them.
 *
 * @module
 */
import { until } from "../../local/wait.ts";
import type { Database } from "../../src/database_types.ts";
import type { Client } from "./tenant.ts";

/** What is known of an integration. */
export type Health = Database["public"]["Tables"]["sync_integration_health"]["Row"];

/** Waits for the answer of the check that was asked for last, by reading the row as a client does. */
export function untilChecked(client: Client, integrationId: string): Promise<Health> {
  return until("the check is answered", async () => {
    const { data, error } = await client.from("sync_integration_health").select()
      .eq("integration_id", integrationId).single();
    if (error) throw error;
    const { checked_at, check_requested_at } = data;
    if (checked_at === null || check_requested_at === null) return false;
    return Date.parse(checked_at) > Date.parse(check_requested_at) && data;
  });
}
