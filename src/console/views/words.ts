import type { SyncRunStatus, SyncRunTrigger } from "../../client/mod.ts";
import type { Overview } from "../state/types.ts";
import type { Tone } from "./parts.ts";

/** A run's status for people. */
export const STATUS: Readonly<Record<SyncRunStatus, { tone: Tone; text: string }>> = {
  pending: { tone: "info", text: "Pending" },
  running: { tone: "info", text: "Running" },
  succeeded: { tone: "ok", text: "Succeeded" },
  failed: { tone: "bad", text: "Failed" },
  cancelled: { tone: "idle", text: "Cancelled" },
  skipped: { tone: "idle", text: "Skipped" },
};

/** What started a run, for people. */
export const TRIGGER: Readonly<Record<SyncRunTrigger, string>> = {
  manual: "By hand",
  schedule: "Schedule",
  api: "API",
  backfill: "Backfill",
};

const HEALTH: Readonly<Record<string, { tone: Tone; text: string }>> = {
  healthy: { tone: "ok", text: "Healthy" },
  degraded: { tone: "warn", text: "Degraded" },
  unhealthy: { tone: "bad", text: "Unhealthy" },
  needs_attention: { tone: "bad", text: "Needs attention" },
  unknown: { tone: "idle", text: "Not checked yet" },
};

/** How an integration is, what keeps it from running first. */
export function healthOf(row: Overview): { tone: Tone; text: string } {
  if (!row.enabled) return { tone: "idle", text: "Switched off" };
  if (row.paused_at !== null) return { tone: "warn", text: "Paused" };
  if (row.incident_since !== null) return { tone: "bad", text: "Vendor incident" };
  const status = row.health_status ?? "unknown";
  return HEALTH[status] ?? { tone: "idle", text: sentence(status) };
}

/** A code as words: `not_due_yet` becomes "Not due yet". */
export function sentence(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
