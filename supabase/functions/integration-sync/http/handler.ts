import { readLimited } from "../connectors/http/read_limited.ts";
import type { HandlerTools } from "./handler_tools.ts";
import { readRequest } from "./read_request.ts";
import { refuse } from "./refuse.ts";
import { startJob } from "./start_job.ts";

const maxBodyBytes = 16 * 1024;

/**
 * The HTTP edge. A valid request claims its attempt, connection checks or alerts and is answered 202 at once. The work
 * goes on behind the answer, since pg_net waits for the slowest request of a batch. A warm-up is reported and answered
 * 200; whatever it was, the isolate's next request is no cold start.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 | warm |
 * | 202 | claimed |
 * | 400, 405, 413, 415 | not a request of ours |
 * | 408 | the body did not come to its end |
 * | 401, 409 | the database refuses the token, or the attempt, check, message or warm-up is taken or over |
 * | 500 | the function's environment is incomplete |
 * | 503 | the database did not answer as it should, or is of another release; the engine dispatches again |
 *
 * Answers go to pg_net, and to anyone else who finds the address: they repeat nothing of what was sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { post, setUp, valid } from "../testing/handler_bench.ts";
 *
 * const { handler } = setUp();
 * assert.equal((await handler(post(valid))).status, 202);
 * assert.equal((await handler(post({ ...valid, run_id: "1; drop table x" }))).status, 400);
 * ```
 */
export function createHandler(tools: HandlerTools): (request: Request) => Promise<Response> {
  return async (request) => {
    const boot = tools.nextBoot();
    if (request.method !== "POST") {
      return refuse(405, "method_not_allowed", "Only POST is answered here.", { allow: "POST" });
    }
    if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
      return refuse(415, "unsupported_media_type", "The body must be application/json.");
    }
    const deadline = tools.bodyDeadline();
    const body = await readLimited(request.body, maxBodyBytes, deadline).catch(() => null);
    if (body === null) {
      return deadline.aborted
        ? refuse(408, "request_timeout", "The body did not arrive in time.")
        : refuse(400, "invalid_request", "The body could not be read.");
    }
    if (body.kind === "too_large") {
      return refuse(413, "request_too_large", `The body is larger than ${maxBodyBytes} bytes.`);
    }
    const asked = readRequest(body.text);
    if (asked.kind === "invalid") return refuse(400, "invalid_request", asked.message);
    return await startJob(asked, boot, tools);
  };
}
