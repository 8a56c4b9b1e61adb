import type { Benchmark } from "../benchmark.ts";
import { bootTime } from "./boot_time.ts";
import { bundleSize } from "./bundle_size.ts";
import { claimOutbox } from "./claim_outbox.ts";
import { commitToClaim } from "./commit_to_claim.ts";
import { connectorMemory } from "./connector_memory.ts";
import { connectorThroughput } from "./connector_throughput.ts";
import { consoleFirstPaint } from "./console_first_paint.ts";
import { delivery } from "./delivery.ts";
import { heldSnapshot } from "./held_snapshot.ts";
import { hotPathPlans } from "./hot_path_plans.ts";
import { logSize } from "./log_size.ts";
import { outboxPlans } from "./outbox_plans.ts";
import { outboxThroughput } from "./outbox_throughput.ts";
import { overview } from "./overview.ts";
import { peers } from "./peers.ts";
import { peersHeldSnapshot } from "./peers_held_snapshot.ts";
import { pressToBanner } from "./press_to_banner.ts";
import { recoverTick } from "./recover_tick.ts";
import { runsPage } from "./runs_page.ts";
import { slots } from "./slots.ts";
import { tick } from "./tick.ts";
import { triggerProcessorTime } from "./trigger_processor_time.ts";
import { triggerServerSide } from "./trigger_server_side.ts";
import { triggerThroughput } from "./trigger_throughput.ts";

/** All benchmarks, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  triggerThroughput,
  triggerProcessorTime,
  triggerServerSide,
  peers,
  logSize,
  hotPathPlans,
  delivery,
  outboxPlans,
  claimOutbox,
  outboxThroughput,
  overview,
  runsPage,
  recoverTick,
  heldSnapshot,
  peersHeldSnapshot,
  slots,
  tick,
  commitToClaim,
  pressToBanner,
  consoleFirstPaint,
  bootTime,
  connectorThroughput,
  connectorMemory,
  bundleSize,
];
