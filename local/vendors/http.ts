/**
 * What every fake's server does with requests and answers.
 *
 * @module
 */
import type { ServerResponse } from "node:http";

/**
 * Whether a fake keeps connections, as real systems do. Deno's fetch may repeat a request by itself when one that was kept
 * is cut. Without, each request that a fake sees is one that the sender's own code has made, and takes the fault that was
 * meant for it.
 */
export function keepConnection(response: ServerResponse, keepsConnections: boolean): void {
  if (!keepsConnections) response.setHeader("connection", "close");
}

/** Answers with JSON, or with a text as it is. */
export function send(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof content === "string" ? content : JSON.stringify(content));
}

/** Aborted when the caller has gone away. */
export function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}
