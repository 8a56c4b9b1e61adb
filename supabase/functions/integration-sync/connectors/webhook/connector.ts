import { type Batch, type Entry, isFirstSend, openEntries } from "../../vouchers/entries.ts";
import { type Failure, failure } from "../../core/errors.ts";
import { onceBody } from "../http/once_body.ts";
import { retryAfterSeconds } from "../../core/retry_after.ts";
import {
  type ConnectorContext,
  defineConnector,
  type ExportOutcome,
  type PingOutcome,
} from "../connector.ts";
import { settleAnswer, unsettled } from "./answer.ts";
import { unsentFailure } from "../http/transport_fault.ts";
import { vendorSignal } from "../http/vendor_timeout.ts";
import {
  parseWebhookConfig,
  parseWebhookCredentials,
  type WebhookConfig,
  type WebhookCredentials,
} from "./config.ts";
import { signedHeaders } from "../http/signed_headers.ts";
import { unsoundEntries } from "./payload.ts";
import { checkOutcome } from "./fault.ts";

/**
 * The generic connector: POSTs each batch as JSON to a configured address, signed after the Standard Webhooks
 * specification.
 *
 * A batch sent again has the same `Idempotency-Key` and the same bytes, so a receiver that remembers keys takes each
 * entry once. Only the time stamp, and with it the signature, is new.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { webhook } from "./connector.ts";
 *
 * const open = webhook.open(
 *   { url: "https://erp.example/vouchers", batch_size: 50 },
 *   { signing_secret: `whsec_${btoa("a".repeat(32))}` },
 * );
 * assert.equal(open.batchSize, 50);
 * ```
 */
export const webhook = defineConnector({
  type: "webhook",
  addressKeys: ["url"],
  targets: ({ url }) => [new URL(url)],
  parseConfig: parseWebhookConfig,
  parseCredentials: parseWebhookCredentials,
  connect: (config, credentials) => ({
    batchSize: config.batch_size,
    // What common servers take by default, nginx for one. A receiver that takes less answers 413, and gets less.
    batchBytes: 1024 * 1024,
    sliceEntries: 30_000,
    // Each batch has a key of its own, and the receiver takes them in any order.
    independentBatches: true,
    ping: (context) => ping(config, credentials, context),
    findUnsound: (_context, entries) => unsoundEntries(config, entries),
    export: (context, batch) => exportBatch(config, credentials, context, batch),
  }),
});

async function exportBatch(
  config: WebhookConfig,
  credentials: WebhookCredentials,
  context: ConnectorContext,
  batch: Batch,
): Promise<ExportOutcome> {
  const rejected = isFirstSend(batch) ? unsoundEntries(config, openEntries(batch.entries)) : [];
  const leftOut = new Set(rejected.map(({ entry_key }) => entry_key));
  const sound = batch.entries.filter(({ entry_key }) => !leftOut.has(entry_key));
  if (sound.length === 0) return { results: rejected };
  const body = batchBody(context, batch.batch_id, sound);
  const headers = {
    ...await signedHeaders({ key: credentials.signing_secret, id: batch.batch_id, body }, context.clock),
    "content-type": "application/json",
    "idempotency-key": batch.batch_id,
  };
  try {
    const response = await send(config, context, { method: "POST", headers, body: onceBody(body) });
    const outcome = await settleAnswer(response, sound, context, batch.resend);
    return { ...outcome, results: [...rejected, ...outcome.results] };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const outcome = unsettled(
      sound,
      unsent(config, error) ?? failure("ambiguous", ...transportFault(config, error)),
    );
    return { ...outcome, results: [...rejected, ...outcome.results] };
  }
}

/** HEAD reaches a receiver without giving it anything to take. {@linkcode checkOutcome} says what its answer means. */
async function ping(
  config: WebhookConfig,
  credentials: WebhookCredentials,
  context: ConnectorContext,
): Promise<PingOutcome> {
  const headers = await signedHeaders(
    { key: credentials.signing_secret, id: "ping", body: "" },
    context.clock,
  );
  try {
    const response = await send(config, context, { method: "HEAD", headers });
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    const hint = retryAfterSeconds(response.headers.get("retry-after"), context.clock.now());
    return checkOutcome(response.status, hint);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const why = unsent(config, error) ?? failure("transient", ...transportFault(config, error));
    return { ok: false, failure: why };
  }
}

/**
 * The entries in the order in which they were delivered, as the database hands them out at every send: a credit note
 * comes after its invoice. Nothing in here may differ between two sends of a batch.
 */
function batchBody(context: ConnectorContext, batch_id: string, batch: readonly Entry[]): string {
  const entries = batch.map(({ entry_key, period, document_number, payload }) => ({
    entry_key,
    period,
    document_number,
    payload,
  }));
  const { org_id, integration_id } = context;
  return JSON.stringify({ batch_id, org_id, integration_id, entries });
}

/** The time-out spans the whole exchange: an answer that trickles in is as late as none. */
function send(config: WebhookConfig, context: ConnectorContext, init: RequestInit): Promise<Response> {
  const signal = vendorSignal(context, config.timeout_seconds);
  return context.fetch(config.url, { ...init, redirect: "manual", signal });
}

function unsent({ url }: WebhookConfig, error: unknown): Failure | null {
  return unsentFailure(error, { prefix: "webhook", name: "The receiver", url });
}

/** The error's own text is left out: it quotes the address with its query. */
function transportFault(config: WebhookConfig, error: unknown): [code: string, message: string] {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return ["webhook_timeout", `The receiver did not answer within ${config.timeout_seconds} seconds.`];
  }
  return ["webhook_connection_lost", "The receiver could not be reached, or the connection was lost."];
}
