import type { IncomingMessage, ServerResponse } from "node:http";
import { parseExact, stringifyExact } from "./exact_json.ts";
import { ODataError } from "./odata_error.ts";

/** Parses a body of JSON, or refuses it as the API does. */
export function parseBody(body: string): unknown {
  try {
    return parseExact(body);
  } catch {
    throw new ODataError(400, "BadRequest", "The body is not valid JSON.");
  }
}

/** Answers with a refusal. */
export function refuse(response: ServerResponse, { status, code, message, headers }: ODataError): void {
  send(response, status, { error: { code, message } }, headers);
}

/** Answers with JSON, and without keeping the connection. */
export function send(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  // Deno's fetch repeats a request by itself when a kept connection is cut: see the webhook receiver.
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
  response.end(content === undefined ? undefined : stringifyExact(content));
}

/** Aborted when the caller has gone away. */
export function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

/** Reads a whole body as text. */
export async function read(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return await new Blob(chunks as BlobPart[]).text();
}
