import * as z from "../../core/zod.ts";
import { onceBody } from "../http/once_body.ts";
import { readLimited } from "../http/read_limited.ts";
import { retryAfterSeconds } from "../../core/retry_after.ts";
import type { ConnectorContext } from "../connector.ts";
import { unsentFailure } from "../http/transport_fault.ts";
import { vendorSignal } from "../http/vendor_timeout.ts";
import type { Pace } from "./pace.ts";
import type { XledgerConfig, XledgerCredentials } from "./config.ts";
import { errorsFault, type XledgerError } from "./errors.ts";
import { lostFault, statusFault, statusOutweighs, unsentFault, type XledgerFault } from "./fault.ts";

// A page of 1,000 items with a message each fits several times.
const maxAnswerBytes = 4 * 1024 * 1024;

const longestWaitSeconds = 10;
const mostWaits = 5;

const answerSchema = z.object({
  data: z.optional(z.unknown()),
  errors: z.nullish(z.array(z.object({
    message: z.string(),
    code: z.nullish(z.string()),
    extensions: z.nullish(z.object({ code: z.optional(z.unknown()), resetAt: z.optional(z.unknown()) })),
  }))),
});

/** A connector's way to Xledger. */
export interface XledgerLink {
  readonly config: XledgerConfig;
  readonly credentials: XledgerCredentials;
  readonly context: ConnectorContext;
  /** For as long as the connector is open; without one, requests begin at once. */
  readonly pace?: Pace;
}

/** `data` as it came, and what was wrong; a mutation may have been taken in part. */
export interface XledgerAnswer {
  readonly data: unknown;
  readonly fault: XledgerFault | null;
}

/**
 * Sends one GraphQL operation. There is one endpoint, and answers come with HTTP 200 whatever they say (official
 * samples, gathered November 2026). Throws only when the lease was lost.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { askXledger } from "./request.ts";
 *
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data: { __typename: "Query" } })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * assert.deepEqual(await askXledger(link, "{ __typename }"), { data: { __typename: "Query" }, fault: null });
 * ```
 */
export async function askXledger(
  { config, credentials, context }: XledgerLink,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<XledgerAnswer> {
  const text = JSON.stringify({ query, variables });
  try {
    const response = await context.fetch(config.url, {
      method: "POST",
      headers: {
        "authorization": `token ${credentials.token}`,
        "content-type": "application/json",
        "accept": "application/json",
        "user-agent": "sync-scheduler",
      },
      body: query.startsWith("mutation") ? onceBody(text) : text,
      redirect: "manual",
      signal: vendorSignal(context, config.timeout_seconds),
    });
    const body = await readLimited(response.body, maxAnswerBytes);
    const now = context.clock.now();
    const answer = body.kind === "text" ? parseAnswer(body.text) : null;
    const errors = (answer?.errors ?? []).map((error): XledgerError => ({
      ...error,
      message: context.secrets.redact(error.message),
    }));
    const said = errors.length > 0 ? errorsFault(errors, now) : null;
    if (!response.ok && (said === null || statusOutweighs(response.status, said))) {
      const hint = retryAfterSeconds(response.headers.get("retry-after"), now);
      return { data: null, fault: statusFault(response.status, hint) };
    }
    if (answer === null || (said === null && answer.data === undefined)) {
      const message = "Xledger's answer could not be read, so what became of the request is checked first.";
      return { data: null, fault: lostFault("xledger_malformed_answer", message) };
    }
    return { data: answer.data ?? null, fault: said };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const unsent = unsentFailure(error, { prefix: "xledger", name: "Xledger", url: config.url });
    if (unsent !== null) return { data: null, fault: unsentFault(unsent) };
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    const fault = isTimeout
      ? lostFault("xledger_timeout", `Xledger did not answer within ${config.timeout_seconds} seconds.`)
      : lostFault("xledger_connection_lost", "Xledger could not be reached, or the connection was lost.");
    return { data: null, fault };
  }
}

/**
 * Asks again after a short limit that let nothing through. A look of many pages is more than the burst limit allows at
 * once: given up and begun anew, it would never come to its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { askWithRetry } from "./request.ts";
 *
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data: {} })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * assert.deepEqual(await askWithRetry(link, "{ __typename }", {}), { data: {}, fault: null });
 * ```
 */
export async function askWithRetry(
  link: XledgerLink,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<XledgerAnswer> {
  const { context, pace } = link;
  const { clock, deadline, signal } = context;
  for (let waits = 0;; waits++) {
    await pace?.take(context);
    const answer = await askXledger(link, query, variables);
    const { failure, maybeTaken, isBurst } = answer.fault ?? {};
    const seconds = failure?.class === "rate_limited" && !maybeTaken
      ? failure.retry_after_seconds ?? Infinity
      : Infinity;
    const isWorthIt = seconds <= longestWaitSeconds && clock.elapsed() + seconds * 1000 < deadline;
    // What was taken in part despite a limit has to be read.
    if (!isWorthIt || waits === mostWaits || answer.data !== null) return answer;
    const isPaced = isBurst === true && pace?.learn() === true;
    if (!isPaced) await clock.sleep(seconds * 1000, signal);
  }
}

function parseAnswer(text: string): z.infer<typeof answerSchema> | null {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
