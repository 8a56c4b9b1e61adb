import { toInstant } from "./instant.ts";
import { type Part, readAll } from "./read_all.ts";
import type { SlotsOptions } from "./repository_options.ts";
import type { SyncSlot } from "./types.ts";

/** `explain_sync_slots` itself returns at most as many. */
const MOST_SLOTS = 10_000;

/** All slots of a period, by as many questions as the answers are short; each begins behind the last slot known. */
export async function explainSlots(
  { from, to }: Pick<SlotsOptions, "from" | "to">,
  ask: (from: string, to: string) => Promise<Part<SyncSlot>>,
): Promise<SyncSlot[]> {
  const { rows } = await readAll<SyncSlot>({
    ask: async (last) => {
      const known = toInstant(last?.scheduled_for);
      const begin = known ? new Date(known.getTime() + 1) : from;
      if (known && begin >= to) return { rows: [], left: 0 };
      const { rows, left } = await ask(begin.toISOString(), to.toISOString());
      return { rows, left: left === null || rows.length + left < MOST_SLOTS ? left : null };
    },
    idOf: (slot) => slot.scheduled_for,
  });
  // Some Data APIs write a numeric as text.
  return rows.map((slot) => ({ ...slot, drift_seconds: slot.drift_seconds && Number(slot.drift_seconds) }));
}
