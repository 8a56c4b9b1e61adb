import { countEntries, type SyncOverview, type SyncRun, type SyncSlot } from "../../src/client/mod.ts";
import { CliError } from "../errors.ts";
import { type Column, formatTable, instant, printJson } from "../output.ts";
import { type Api, openApi } from "./open_api.ts";

/** What was given to `status`. */
export interface StatusCommand {
  readonly runs: number;
  readonly hours: number;
  readonly email?: string | undefined;
  readonly json?: boolean | undefined;
}

/** A slot, and whose it is. */
export type TypedSlot = SyncSlot & { readonly integration_type: string };

/** Prints how an organisation's syncs are. */
export async function runStatus(orgId: string, options: StatusCommand): Promise<void> {
  const api = await openApi(options);
  const [integrations, { runs }, alerts] = await Promise.all([
    api.syncs.overview(orgId),
    api.syncs.listRuns(orgId, { limit: options.runs }),
    openAlerts(api, orgId),
  ]);
  const slots = await slotsOf(api, orgId, integrations, options.hours);
  const isEmpty = integrations.length + runs.length + alerts.length === 0;
  if (options.json === true) printJson({ integrations, runs, slots, alerts });
  if (isEmpty) {
    throw new CliError(
      `Organisation ${orgId} has no integration. Check the id, or connect one: \`sync-scheduler connect\`.`,
    );
  }
  if (options.json === true) return;
  const odd = slots.filter(({ state }) => state !== "ran");
  print(
    "Integrations",
    integrations,
    INTEGRATION,
    "none: connect one with `sync-scheduler connect`",
  );
  print("Runs", runs, RUN, "none yet");
  print(
    `Slots of the last ${options.hours} h that did not run in time`,
    odd,
    SLOT,
    slots.length === 0 ? "none was scheduled" : `none: all ${slots.length} ran`,
  );
  const open = integrations.reduce((sum, { open_alerts }) => sum + open_alerts, 0);
  print(open > alerts.length ? `Open alerts, the newest of ${open}` : "Open alerts", alerts, ALERT, "none");
}

/** The newest, as many as the Data API gives at once: the overview counts all of them. */
async function openAlerts({ client, fault }: Api, orgId: string): Promise<Alert[]> {
  const { data, error, status } = await client.from("sync_alerts")
    .select("first_seen_at, severity, kind, integration_type, count, message, acknowledged_at, alert_id")
    .eq("org_id", orgId).is("resolved_at", null).order("first_seen_at", { ascending: false });
  if (error !== null) throw fault({ error, status });
  return data;
}

interface Alert {
  readonly first_seen_at: string;
  readonly severity: string;
  readonly kind: string;
  readonly integration_type: string | null;
  readonly count: number;
  readonly message: string;
  readonly acknowledged_at: string | null;
  readonly alert_id: string;
}

async function slotsOf(
  { syncs }: Api,
  orgId: string,
  integrations: readonly SyncOverview[],
  hours: number,
): Promise<TypedSlot[]> {
  const to = new Date();
  const period = { from: new Date(to.getTime() - hours * 3_600_000), to };
  const scheduled = integrations.filter(({ schedule }) => schedule !== null);
  const slots = await Promise.all(
    scheduled.map(async ({ integration_type }) =>
      (await syncs.explainSlots(orgId, integration_type, period)).map((slot) => ({
        integration_type,
        ...slot,
      }))
    ),
  );
  return slots.flat();
}

function print<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty: string,
): void {
  const table = rows.length === 0 ? `(${empty})` : formatTable(rows, columns);
  console.log(`${title}\n${table.replace(/^(?=.)/gm, "  ")}\n`);
}

const INTEGRATION: readonly Column<SyncOverview>[] = [
  { title: "TYPE", value: (row) => row.integration_type },
  {
    title: "STATE",
    value: (row) =>
      !row.enabled ? "disabled" : row.paused_at !== null ? "paused" : row.active_status ?? "idle",
  },
  { title: "HEALTH", value: (row) => row.health_status },
  { title: "LAST RUN", value: (row) => row.last_run_status },
  { title: "LAST SUCCESS", value: (row) => instant(row.last_success_at) },
  { title: "NEXT SLOT", value: (row) => instant(row.next_run_at) },
  { title: "TO DECIDE", value: (row) => row.needs_decision },
];

const totalOf = (run: SyncRun): string => {
  const { atLeast, isExact } = countEntries(run);
  return `${atLeast}${isExact ? "" : "+"}`;
};

const RUN: readonly Column<SyncRun>[] = [
  { title: "TRIGGERED", value: (row) => instant(row.triggered_at) },
  { title: "TYPE", value: (row) => row.integration_type },
  { title: "BY", value: (row) => row.triggered_by },
  { title: "STATUS", value: (row) => row.status },
  { title: "ENTRIES", value: (row) => `${row.entries_done}/${totalOf(row)}` },
  { title: "REJECTED", value: (row) => row.entries_failed },
  { title: "WHY", value: (row) => row.error_code ?? row.skip_reason ?? row.notice },
  { title: "RUN", value: (row) => row.run_id },
];

/** A slot, and what became of it. */
export const SLOT: readonly Column<TypedSlot>[] = [
  { title: "SCHEDULED", value: (row) => instant(row.scheduled_for) },
  { title: "TYPE", value: (row) => row.integration_type },
  { title: "STATE", value: (row) => row.state },
  { title: "WHY", value: (row) => row.reason },
  { title: "LATE BY", value: (row) => row.drift_seconds === null ? null : `${row.drift_seconds} s` },
  { title: "RUN", value: (row) => row.run_id },
  { title: "MADE UP FOR BY", value: (row) => row.retried_by_run_id },
];

const ALERT: readonly Column<Alert>[] = [
  { title: "SINCE", value: (row) => instant(row.first_seen_at) },
  { title: "SEVERITY", value: (row) => row.severity },
  { title: "KIND", value: (row) => row.kind },
  { title: "TYPE", value: (row) => row.integration_type },
  { title: "MESSAGE", value: (row) => row.message },
];
