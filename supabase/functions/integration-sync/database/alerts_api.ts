/**
 * Messages for alert webhooks as the worker protocol has them: claimed once, reported once.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { storableText } from "../core/storable_text.ts";
import * as z from "../core/zod.ts";
import { type CallRef, claimCalls, finishCall } from "./calls_api.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** An organisation for which a request asks us to post. */
export type SenderRef = CallRef<"org_id">;

const alertFormats = ["slack", "teams", "discord", "json"] as const;

/** What a receiver is sent; see `public.sync_alert_format`. */
export type AlertFormat = (typeof alertFormats)[number];

const alertsAnswer = z.array(z.object({
  org_id: z.guid(),
  /** Address and secret, unless Vault could not read them. */
  webhook: z.unknown(),
  format: z.enum(alertFormats),
  messages: z.array(z.object({ message_id: z.guid(), body: z.string() })),
})).check(z.minLength(1));

/** A message as the database has written it: what is posted and signed in the format `json`. */
export type Message = z.infer<typeof alertsAnswer>[number]["messages"][number];

/** The messages of an organisation that are ours to post, in order. */
export interface ClaimedAlerts {
  readonly sender: SenderRef;
  readonly webhook: unknown;
  readonly format: AlertFormat;
  readonly messages: readonly Message[];
}

/**
 * What became of a message. `failed` may pass, `refused` is a 4xx, `gone` the 410 with which a receiver says good-bye.
 */
export interface MessageResult {
  readonly message_id: string;
  readonly outcome: "delivered" | "failed" | "refused" | "gone";
  readonly status: number | null;
  readonly error: string | null;
  readonly retry_after_seconds: number | null;
}

/**
 * Takes the messages of a request; see {@linkcode claimCalls}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { claimAlerts } from "./alerts_api.ts";
 *
 * const org_id = "00000000-0000-4000-8000-0000000000a1";
 * const said: unknown[] = [];
 * const rpc = (_name: string, parameters: Record<string, unknown>) => {
 *   said.push(parameters);
 *   return Promise.resolve([{ org_id, webhook: null, format: "json", messages: [] }]);
 * };
 * const [claimed] = await claimAlerts(rpc, [{ org_id, token: "secret" }]);
 * assert.deepEqual(said, [{ senders: [{ org_id, token: "secret" }] }]);
 * assert.equal(claimed?.sender.token, "secret");
 * ```
 */
export async function claimAlerts(rpc: WorkerRpc, senders: readonly SenderRef[]): Promise<ClaimedAlerts[]> {
  const claimed = await claimCalls(rpc, {
    rpc: "sync_worker_claim_alerts",
    list: "senders",
    id: "org_id",
    parameters: {},
    answer: alertsAnswer,
  }, senders);
  return claimed.map(({ ref, claim: { webhook, format, messages } }) => ({
    sender: ref,
    webhook,
    format,
    messages,
  }));
}

/**
 * Reports to the database what became of messages; throws SyncError. It may be reported twice, so it is repeated after
 * network errors and 5xx.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { finishAlerts } from "./alerts_api.ts";
 * import { systemClock } from "../core/clock.ts";
 *
 * const said: unknown[] = [];
 * const sender = { org_id: "00000000-0000-4000-8000-0000000000a1", token: "secret" };
 * const rpc = (name: string) => Promise.resolve(said.push(name));
 * await finishAlerts(rpc, sender, [], { clock: systemClock, random: Math.random });
 * assert.deepEqual(said, ["sync_worker_finish_alerts"]);
 * ```
 */
export async function finishAlerts(
  rpc: WorkerRpc,
  { org_id, token }: SenderRef,
  results: readonly MessageResult[],
  outside: { readonly clock: Clock; readonly random: () => number },
): Promise<void> {
  const storable = results.map((result) => ({
    ...result,
    error: result.error === null ? null : storableText(result.error, 200),
  }));
  await finishCall(rpc, "sync_worker_finish_alerts", { org_id, token, results: storable }, outside);
}
