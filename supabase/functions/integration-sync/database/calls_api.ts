/**
 * Requests with several calls of one kind, as the worker protocol has them: each is claimed once and ended once.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { SyncError } from "../core/errors.ts";
import { retry } from "../core/retry.ts";
import type * as z from "../core/zod.ts";
import { isAway } from "./database_trouble.ts";
import { throwIfRefused } from "./worker_protocol.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** A call that a request carries: what it is about, and the token, which is its only authentication. */
export type CallRef<Id extends string> = { readonly [Name in Id | "token"]: string };

/** How the worker protocol claims calls of a kind. */
export interface CallKind<Id extends string, Claim> {
  /** The RPC. */
  readonly rpc: string;
  /** Its parameter with the calls. */
  readonly list: string;
  /** What a call is about, in the parameter and in the answer. */
  readonly id: Id;
  /** Its other parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodMiniType<Claim[]>;
}

/**
 * Takes the calls of a request, each at most once, and returns those that could be taken: one that was replaced is left
 * out. Throws SyncError, also when there are none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { claimCalls } from "./calls_api.ts";
 *
 * const answer = z.array(z.object({ org_id: z.string() }));
 * const kind = { rpc: "claim", list: "senders", id: "org_id", parameters: {}, answer } as const;
 * const [call] = await claimCalls(() => Promise.resolve([{ org_id: "a" }]), kind, [{ org_id: "a", token: "secret" }]);
 * assert.equal(call?.ref.token, "secret");
 * ```
 */
export async function claimCalls<Id extends string, Claim extends { readonly [Name in Id]: string }>(
  rpc: WorkerRpc,
  kind: CallKind<Id, Claim>,
  refs: readonly CallRef<Id>[],
): Promise<{ readonly ref: CallRef<Id>; readonly claim: Claim }[]> {
  const unknown = (where: string) =>
    new SyncError("unexpected_answer", `${kind.rpc} answered in an unknown shape.`, {
      details: { rpc: kind.rpc, where },
    });
  const answer = await rpc(kind.rpc, { [kind.list]: refs, ...kind.parameters });
  throwIfRefused(answer);
  const parsed = kind.answer.safeParse(answer);
  if (!parsed.success) throw unknown(parsed.error.issues[0]?.path.join(".") ?? "");
  return parsed.data.map((claim) => {
    const ref = refs.find((asked) => asked[kind.id] === claim[kind.id]);
    if (ref === undefined) throw unknown(kind.id);
    return { ref, claim };
  });
}

/**
 * Reports the end of a call; throws SyncError. The database ignores a repeated report, so it is repeated after network
 * errors and 5xx.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { finishCall } from "./calls_api.ts";
 *
 * const reported: string[] = [];
 * const rpc = (name: string) => Promise.resolve(reported.push(name));
 * await finishCall(rpc, "sync_worker_finish_alerts", {}, { clock: systemClock, random: Math.random });
 * assert.deepEqual(reported, ["sync_worker_finish_alerts"]);
 * ```
 */
export async function finishCall(
  rpc: WorkerRpc,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  outside: { readonly clock: Clock; readonly random: () => number },
): Promise<void> {
  await retry(() => rpc(name, parameters), { ...outside, delays: [250, 1000, 3000], isRetryable: isAway });
}
