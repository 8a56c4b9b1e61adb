import type { ServerResponse } from "node:http";
import { send as answer } from "../http.ts";
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

/** Answers with JSON whose numbers have all their digits. */
export function send(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  answer(response, status, content === undefined ? "" : stringifyExact(content), headers);
}
