import type postgres from "postgres";
import { GATEWAY } from "../../edge_function/edge_function.ts";

/** A row of net.http_request_queue. */
export interface QueuedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>> | null;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly timeout_milliseconds: number;
}

/** A row of net._http_response. */
export interface StoredResponse {
  readonly id: string;
  readonly status_code: number | null;
  readonly content_type: string | null;
  readonly headers: postgres.JSONValue;
  readonly content: string | null;
  readonly timed_out: boolean;
  readonly error_msg: string | null;
}

/** As pg_net.max_timeout_ms of the newest versions. Before it, 0 was no limit, and a negative one killed the worker. */
const MAX_TIMEOUT_MS = 600_000;

/**
 * Sends one request as curl would for pg_net, and returns what is stored about it. Different on purpose: a response's
 * header names are in lower case, and the text about a time-out ends where curl's measurements would follow.
 */
export async function send(
  request: QueuedRequest,
  gatewayUrl: string,
  stopping: AbortSignal,
): Promise<StoredResponse> {
  const { id, method, body, timeout_milliseconds } = request;
  const isGateway = request.url.startsWith(`${GATEWAY}/`);
  const url = isGateway ? gatewayUrl + request.url.slice(GATEWAY.length) : request.url;
  const failed = (error_msg: string, timed_out = false): StoredResponse => {
    return { id, status_code: null, content_type: null, headers: null, content: null, timed_out, error_msg };
  };
  if (timeout_milliseconds < 1 || timeout_milliseconds > MAX_TIMEOUT_MS) {
    return failed(
      `timeout_milliseconds must be between 1 and ${MAX_TIMEOUT_MS} (pg_net.max_timeout_ms), got ${timeout_milliseconds}`,
    );
  }
  if (!/^https?:/i.test(request.url)) return failed("Unsupported protocol");
  const timeout = AbortSignal.timeout(timeout_milliseconds);
  try {
    const response = await fetch(url, {
      method,
      headers: toHeaders(request.headers),
      body,
      signal: AbortSignal.any([timeout, stopping]),
    });
    const content = await response.text();
    return {
      id,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      // Postgres text cannot hold a zero byte, and curl's C strings end at it.
      content: content === "" ? null : content.split("\0")[0] ?? null,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    if (timeout.aborted) return failed(`Timeout of ${timeout_milliseconds} ms reached.`, true);
    return failed(asCurlSays(error));
  }
}

/** One that is null is left out, and one that is no string is sent as JSON writes it. */
function toHeaders(headers: QueuedRequest["headers"]): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== null) result.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  result.set("User-Agent", "pg_net/0.20.0");
  return result;
}

/** What curl 8 says where fetch fails like this. People meet it in `response_error` of an attempt. */
function asCurlSays(error: unknown): string {
  const text = error instanceof Error ? `${error.message} ${error.cause}` : String(error);
  if (text.includes("dns error")) return "Could not resolve hostname";
  // fetch does not even try some ports, on which nothing answers as a rule.
  if (/\(Connect\)|are blocked/.test(text)) return "Could not connect to server";
  if (text.includes("(SendRequest)")) return "Server returned nothing (no headers, no data)";
  return "Failure when receiving data from the peer";
}
