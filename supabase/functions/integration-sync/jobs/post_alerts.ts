import type { AlertFormat, ClaimedAlerts, Message, MessageResult } from "../database/alerts_api.ts";
import type { Clock } from "../core/clock.ts";
import { endpointUrl } from "../connectors/http/endpoint_url.ts";
import { signedHeaders } from "../connectors/http/signed_headers.ts";
import { parseWebhookCredentials } from "../connectors/webhook/config.ts";
import { onceBody } from "../connectors/http/once_body.ts";
import { RefusedAddress } from "../core/refused_address.ts";
import { retryAfterSeconds } from "../core/retry_after.ts";
import { formatMessage } from "./format_message.ts";

/** What posting needs from outside. */
export interface AlertTools {
  readonly clock: Clock;
  /** Guarded: the address is the choice of an organisation's admin. */
  readonly fetch: typeof fetch;
  /** Aborted when the platform is about to take the isolate away: stop after the current message. */
  readonly retiring: AbortSignal;
}

// Half a minute for the claim, and this: the database gives no other request the organisation's messages for two
// minutes.
const budgetMs = 45_000;
const timeoutMs = 10_000;
const longestHintSeconds = 24 * 60 * 60;

/**
 * Posts the messages of an organisation to its alert webhook, one after the other. It stops at the first that is not
 * taken: a later one must not come before it. Returns what became of those that were posted. Never throws.
 *
 * A receiver may get a message twice, because its answer may be lost; `webhook-id` shows it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { postAlerts } from "./post_alerts.ts";
 *
 * const id = "00000000-0000-4000-8000-0000000000a1";
 * const claimed = {
 *   sender: { org_id: id, token: "secret" },
 *   webhook: { url: "https://hooks.example/", secret: `whsec_${btoa("a".repeat(24))}` },
 *   format: "json" as const,
 *   messages: [{ message_id: id, body: '{"text":"Hello"}' }],
 * };
 * const tools = {
 *   clock: systemClock,
 *   fetch: () => Promise.resolve(new Response("ok")),
 *   retiring: AbortSignal.any([]),
 * };
 * assert.deepEqual((await postAlerts(claimed, tools)).map(({ outcome }) => outcome), ["delivered"]);
 * ```
 */
export async function postAlerts(claimed: ClaimedAlerts, tools: AlertTools): Promise<MessageResult[]> {
  const over = tools.clock.elapsed() + budgetMs;
  const results: MessageResult[] = [];
  for (const message of claimed.messages) {
    if (tools.clock.elapsed() >= over || tools.retiring.aborted) break;
    const result = await post(
      { ...message, body: formatMessage(claimed.format, message.body) },
      claimed,
      tools,
    );
    results.push(result);
    if (result.outcome !== "delivered") break;
  }
  return results;
}

async function post(
  message: Message,
  { webhook, format }: ClaimedAlerts,
  tools: AlertTools,
): Promise<MessageResult> {
  const { message_id, body } = message;
  const result = (
    outcome: MessageResult["outcome"],
    about: Partial<MessageResult> = {},
  ): MessageResult => ({
    message_id,
    status: null,
    error: null,
    retry_after_seconds: null,
    ...about,
    outcome,
  });

  const address = readAddress(webhook, format);
  if (address === null) return result("refused", { error: "The address or the secret could not be read." });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await tools.fetch(address.url, {
      method: "POST",
      headers: {
        ...(address.key === null
          ? {}
          : await signedHeaders({ key: address.key, id: message_id, body }, tools.clock)),
        "content-type": "application/json",
      },
      body: onceBody(body),
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    const { status } = response;
    if (response.ok) return result("delivered", { status });
    const error = `The receiver answered ${status}.`;
    if (status === 410) return result("gone", { status, error });
    if (status < 500 && ![408, 425, 429].includes(status)) return result("refused", { status, error });
    const hint = retryAfterSeconds(response.headers.get("retry-after"), tools.clock.now());
    // At most a day: the receiver's mistake must not keep an organisation's alerts for longer.
    const retry_after_seconds = hint === null ? null : Math.min(hint, longestHintSeconds);
    return result("failed", { status, error, retry_after_seconds });
  } catch (error) {
    if (error instanceof RefusedAddress) {
      return result(error.fault === "nowhere" ? "failed" : "refused", {
        error: `The receiver's address ${error.words}.`,
      });
    }
    // Its own text is left out: it quotes the address, which may be a secret.
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return result("failed", {
      error: late ? "The receiver did not answer in time." : "The receiver could not be reached.",
    });
  }
}

function readAddress(
  webhook: unknown,
  format: AlertFormat,
): { url: string; key: Uint8Array<ArrayBuffer> | null } | null {
  const { url, secret } = Object(webhook);
  const parsed = endpointUrl.safeParse(url);
  if (!parsed.success) return null;
  // Chats verify nothing. A secret that is there is used: their imitators may.
  if (format !== "json" && (secret ?? null) === null) return { url: parsed.data, key: null };
  try {
    return { url: parsed.data, key: parseWebhookCredentials({ signing_secret: secret }).signing_secret };
  } catch {
    return null;
  }
}
