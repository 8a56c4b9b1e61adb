import * as z from "../../core/zod.ts";
import type { EntryResult } from "../../vouchers/entries.ts";
import { type Failure, failure } from "../../core/errors.ts";
import { readFailure, type XledgerFault } from "./fault.ts";
import { findVouchers } from "./find.ts";
import { askWithRetry, type XledgerLink } from "./request.ts";
import { mostCharacters, type Prepared, toInputs } from "./voucher.ts";

// The names of the types are those of open code that uses the API (November 2026).
const mutation = `mutation ($inputs: [AddGLImportItemsInput!]!) {
  addGLImportItems(inputs: $inputs) { edges { clientId node { dbId } } }
}`;

const dataSchema = z.object({
  addGLImportItems: z.object({ edges: z.array(z.object({ clientId: z.nullish(z.string()) })) }),
});

/** What became of vouchers that were sent. */
export interface Sent {
  /** Staged, as a whole or in part: their import decides. */
  readonly staged: Prepared[];
  /** Why lines of a voucher are missing, by entry key: its import will only say that it does not balance. */
  readonly reasons: Map<string, string>;
  readonly results: EntryResult[];
  /** Why some are unknown or pending. Once there is one, nothing more is sent. */
  failure: Failure | null;
}

/**
 * Sends vouchers in as few mutations as their lines allow, and takes down what became of each in `sent`.
 *
 * Whether one bad voucher fails the whole mutation or only itself is not known, so the answer decides: vouchers with an
 * edge are staged. Where a value was refused, those without an edge are sent again in halves, until the bad one is
 * alone and is rejected. Each half is looked up first, to be sure that it is not there.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { type Sent, sendVouchers } from "./send.ts";
 *
 * const data = { addGLImportItems: { edges: [{ clientId: "0a.1", node: { dbId: 1 } }] } };
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const sent: Sent = { staged: [], reasons: new Map(), results: [], failure: null };
 * await sendVouchers(link, [{ entry, ids: ["0a.1"], nodes: [{}], characters: 0 }], sent);
 * assert.equal(sent.staged.length, 1);
 * ```
 */
export async function sendVouchers(
  link: XledgerLink,
  vouchers: readonly Prepared[],
  sent: Sent,
): Promise<void> {
  for (const group of groupVouchers(vouchers, link.config.max_nodes)) await sendGroup(link, group, sent);
}

async function sendGroup(link: XledgerLink, vouchers: readonly Prepared[], sent: Sent): Promise<void> {
  const { context } = link;
  if (sent.failure === null && context.clock.elapsed() >= context.deadline) {
    const message =
      "The time for this part of the sync was over before all vouchers were sent. If that comes again, choose a smaller batch_size.";
    sent.failure = failure("transient", "xledger_out_of_time", message, null, "nobody");
  }
  if (sent.failure !== null) return addResults(sent, vouchers, "pending");

  const inputs = toInputs(vouchers);
  const { data, fault } = await askWithRetry(link, mutation, { inputs });
  const taken = takenIds(data, vouchers, inputs.length);
  if (taken === null) return stop(sent, vouchers, null);

  const none = vouchers.filter(({ ids }) => !ids.some((id) => taken.has(id)));
  for (const voucher of vouchers.filter((voucher) => !none.includes(voucher))) {
    sent.staged.push(voucher);
    const isPart = !voucher.ids.every((id) => taken.has(id));
    if (isPart && fault?.isValue) sent.reasons.set(voucher.entry.entry_key, fault.failure.message);
  }
  if (none.length === 0) return;
  if (fault === null || !fault.isValue) return stop(sent, none, fault);
  if (vouchers.length === 1) {
    for (const { entry: { entry_key } } of none) {
      sent.results.push({
        entry_key,
        state: "rejected",
        error: fault.failure.message,
        nothing_left: true,
      });
    }
    return;
  }
  await sendHalves(link, none, sent);
}

async function sendHalves(link: XledgerLink, vouchers: readonly Prepared[], sent: Sent): Promise<void> {
  const found = await findVouchers(link, vouchers);
  if ("fault" in found) {
    sent.failure = readFailure(found.fault);
    return addResults(sent, vouchers, "pending");
  }
  const isThere = ({ entry }: Prepared) => found.sights.get(entry.entry_key)?.kind !== "missing";
  sent.staged.push(...vouchers.filter(isThere));
  const rest = vouchers.filter((voucher) => !isThere(voucher));
  const middle = Math.ceil(rest.length / 2);
  for (const half of [rest.slice(0, middle), rest.slice(middle)]) {
    if (half.length > 0) await sendGroup(link, half, sent);
  }
}

/** The identifiers of the lines that have an edge; null when the answer does not say. */
function takenIds(data: unknown, vouchers: readonly Prepared[], count: number): ReadonlySet<string> | null {
  const edges = dataSchema.safeParse(data).data?.addGLImportItems.edges ?? [];
  const ids = new Set(edges.flatMap(({ clientId }) => clientId ?? []));
  // That clientId is echoed is nearly sure. Without it, only all or nothing is known.
  if (ids.size === edges.length) return ids;
  return edges.length === count ? new Set(vouchers.flatMap((voucher) => voucher.ids)) : null;
}

/** Nothing is known of these, or it is known that they were not taken; either way, nothing more is sent. */
function stop(sent: Sent, vouchers: readonly Prepared[], fault: XledgerFault | null): void {
  addResults(sent, vouchers, fault !== null && !fault.maybeTaken ? "pending" : "unknown");
  const message = "Xledger did not confirm all vouchers, so what became of them is checked first.";
  sent.failure = fault?.failure ?? failure("ambiguous", "xledger_outcome_unknown", message);
}

function addResults(sent: Sent, vouchers: readonly Prepared[], state: "unknown" | "pending"): void {
  sent.results.push(...vouchers.map(({ entry: { entry_key } }) => ({ entry_key, state })));
}

function groupVouchers(vouchers: readonly Prepared[], mostNodes: number): Prepared[][] {
  const grouped: Prepared[][] = [];
  let nodes = Infinity;
  let characters = 0;
  for (const voucher of vouchers) {
    nodes += voucher.nodes.length;
    characters += voucher.characters;
    if (nodes > mostNodes || characters > mostCharacters) {
      grouped.push([]);
      nodes = voucher.nodes.length;
      characters = voucher.characters;
    }
    grouped.at(-1)?.push(voucher);
  }
  return grouped;
}
