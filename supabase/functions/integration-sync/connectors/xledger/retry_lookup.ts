import * as z from "../../core/zod.ts";
import type { ConnectorContext } from "../connector.ts";
import type { Named } from "./voucher.ts";

const checkpointSchema = z.object({ missing: z.record(z.string(), z.array(z.number())) });

// Why four: see countMisses.
const looksNeeded = 4;

/** When vouchers were missed, in milliseconds since the epoch, by a part of their name. */
type Missing = Readonly<Record<string, readonly number[]>>;

/** What is known of vouchers that a look-up did not find. */
export interface Misses {
  /** Missing for long enough: they were not taken. */
  readonly absent: readonly Named[];
  /** The longest wait for the next look at one of the others, in seconds; 0 when there is none. */
  readonly wait: number;
}

/**
 * Decides which of the vouchers that are missing now are absent. What Xledger does becomes visible late, by up to
 * `visibility_seconds`. So a voucher is absent only after four lookups in a row that missed it, each so long after the
 * one before. The looks are kept in the run's checkpoint.
 *
 * Fewer would not do, because there are three things to wait for. At the first lookup the request may not even have
 * been carried out: a gateway that gives up does not stop the server behind it. At the second the voucher may not be
 * visible yet. At the third it may have been imported a moment ago: then it is no longer staged, and the journal does
 * not show it yet.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { countMisses } from "./retry_lookup.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const { absent, wait } = await countMisses(testContext(), [{ entry, ids: ["0a.1"] }], 300);
 * assert.deepEqual([absent, wait], [[], 300]);
 * ```
 */
export async function countMisses(
  context: ConnectorContext,
  vouchers: readonly Named[],
  visibilitySeconds: number,
): Promise<Misses> {
  const before = readMissing(context);
  const now = context.clock.now();
  const looks = new Map(
    vouchers.map((voucher) => [voucher, addLook(before[keyOf(voucher)] ?? [], now, visibilitySeconds)]),
  );
  // A voucher that is not missing now is forgotten: when it is missed again, its time starts anew.
  await save(
    context,
    before,
    Object.fromEntries([...looks].map(([voucher, times]) => [keyOf(voucher), times])),
  );
  const waits = [...looks.values()].filter((times) => times.length < looksNeeded)
    .map((times) => Math.ceil(((times.at(-1) ?? now) - now) / 1000) + visibilitySeconds);
  return {
    absent: vouchers.filter((voucher) => looks.get(voucher)?.length === looksNeeded),
    wait: Math.max(0, ...waits),
  };
}

/** Adds a look that counts; with no delay to wait for, one look counts for all. */
function addLook(times: readonly number[], now: number, visibilitySeconds: number): readonly number[] {
  if (visibilitySeconds === 0) return Array.from({ length: looksNeeded }, () => now);
  // A clock that was set back must not make a look older than it is, nor keep us waiting for it.
  const past = times.map((time) => Math.min(time, now));
  const last = past.at(-1);
  const counts = last === undefined || last + visibilitySeconds * 1000 <= now;
  return counts && past.length < looksNeeded ? [...past, now] : past;
}

/**
 * Records that vouchers are sent now, before they are: a crash in the middle of the send must find no look used
 * up. Returns those that a lookup has just called absent, which need no other look.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { startAnew } from "./retry_lookup.ts";
 *
 * assert.deepEqual(await startAnew(testContext(), []), new Set());
 * ```
 */
export async function startAnew(
  context: ConnectorContext,
  vouchers: readonly Named[],
): Promise<ReadonlySet<Named>> {
  const before = readMissing(context);
  const sent = new Set(vouchers.map(keyOf));
  await save(context, before, Object.fromEntries(Object.entries(before).filter(([key]) => !sent.has(key))));
  return new Set(vouchers.filter((voucher) => before[keyOf(voucher)]?.length === looksNeeded));
}

/**
 * Records that vouchers that were not found were then not sent either, so that they need no further lookups. The
 * database does not know: it counts them as sent while anything else of their batch is open.
 *
 * @example
 * ```ts
 * import { testContext } from "../../testing/connector_context.ts";
 * import { rememberUnsent } from "./retry_lookup.ts";
 *
 * await rememberUnsent(testContext(), []);
 * ```
 */
export async function rememberUnsent(context: ConnectorContext, vouchers: readonly Named[]): Promise<void> {
  const before = readMissing(context);
  const now = context.clock.now();
  const unsent = vouchers.map((voucher) => [keyOf(voucher), Array.from({ length: looksNeeded }, () => now)]);
  await save(context, before, { ...before, ...Object.fromEntries(unsent) });
}

function readMissing(context: ConnectorContext): Missing {
  return checkpointSchema.safeParse(context.checkpoint()).data?.missing ?? {};
}

async function save(context: ConnectorContext, before: Missing, missing: Missing): Promise<void> {
  if (JSON.stringify(before) !== JSON.stringify(missing)) await context.saveCheckpoint({ missing });
}

/** 500 of them stay far below the 64 KiB of a checkpoint. */
function keyOf({ ids }: Named): string {
  return (ids[0] ?? "").slice(0, 16);
}
