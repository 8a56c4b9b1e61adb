import * as z from "zod/mini";
import { SyncError } from "../_shared/errors.ts";
import { readLimited } from "../_shared/read_limited.ts";
import type { Claim } from "../_shared/worker_answers.ts";
import type { WarmupRef } from "../_shared/answer_warmup.ts";
import type { AttemptRef, Boot, WorkerApi } from "../_shared/worker_api.ts";
import { errorFields, type Log } from "./log.ts";
import type { SliceEnd } from "./run_slice.ts";

/** What the handler needs from outside. */
export interface HandlerTools {
  readonly nextBoot: () => Boot;
  /** Throws `function_misconfigured` when the environment lacks something. */
  readonly workerApi: (attempt: AttemptRef) => WorkerApi;
  readonly runSlice: (api: WorkerApi, claim: Claim, claimedAt: number) => Promise<SliceEnd>;
  /** Tells the database that the isolate is up; throws as {@linkcode workerApi} and its claim do. */
  readonly answerWarmup: (warmup: WarmupRef, boot: Boot) => Promise<void>;
  /** Runs through what a slice needs, without effects, so that a later one finds it ready. */
  readonly rehearse: () => Promise<void>;
  /** Keeps the isolate alive until the promise settles. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly elapsed: () => number;
  readonly log: Log;
}

const maxBodyBytes = 16 * 1024;

const token = z.string().check(z.minLength(16), z.maxLength(256));
// Unknown fields are let through: the database may be a version ahead of the function.
const requestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), run_id: z.guid(), attempt: z.int32().check(z.minimum(1)), token }),
  z.object({ kind: z.literal("warmup"), scheduled_for: z.iso.datetime({ offset: true }), token }),
]);

/**
 * The HTTP edge. A valid request claims its attempt and is answered 202 at once; the work goes on behind the
 * answer, since pg_net waits for the slowest request of a batch. A warm-up is reported and answered 200; whatever
 * it was, the isolate's next request is no cold start.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 | warm |
 * | 202 | claimed |
 * | 400, 405, 413, 415 | not a request of ours |
 * | 401, 409 | the database refuses the token, or the attempt or warm-up is taken or over |
 * | 500 | the function's environment is incomplete |
 * | 503 | the database did not answer as it should; the engine dispatches again |
 *
 * Answers go to pg_net, and to anyone else who finds the address: they repeat nothing of what was sent.
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
    const body = await readLimited(request.body, maxBodyBytes).catch(() => null);
    if (body === null) return refuse(400, "invalid_request", "The body could not be read.");
    if (body.kind === "too_large") {
      return refuse(413, "request_too_large", `The body is larger than ${maxBodyBytes} bytes.`);
    }
    const parsed = requestSchema.safeParse(parseJson(body.text));
    if (!parsed.success) return refuse(400, "invalid_request", describe(parsed.error));

    if (parsed.data.kind === "warmup") {
      const { scheduled_for, token } = parsed.data;
      return await warmUp({ scheduled_for, token }, boot, tools);
    }
    const { run_id, attempt, token } = parsed.data;
    return await accept({ run_id, attempt, token }, boot, tools);
  };
}

async function warmUp(warmup: WarmupRef, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  const about = { scheduled_for: warmup.scheduled_for, boot_id: boot.boot_id };
  try {
    await tools.answerWarmup(warmup, boot);
  } catch (error) {
    log("warmup_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("warmed_up", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  tools.waitUntil(
    tools.rehearse().catch((error: unknown) => log("rehearsal_failed", { ...about, ...errorFields(error) })),
  );
  return Response.json({ warm: true });
}

async function accept(ref: AttemptRef, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  const about = { run_id: ref.run_id, attempt: ref.attempt, boot_id: boot.boot_id };
  let api: WorkerApi;
  let claim: Claim;
  const claimedAt = tools.elapsed();
  try {
    api = tools.workerApi(ref);
    claim = await api.claim(boot);
  } catch (error) {
    log("claim_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("claimed", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  const work = tools.runSlice(api, claim, claimedAt).then(
    (end) => log("slice_ended", { ...about, ...endFields(end) }),
    (error: unknown) => log("slice_broken", { ...about, ...errorFields(error) }),
  );
  tools.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

function refuseClaim(error: unknown): Response {
  const code = error instanceof SyncError ? error.code : null;
  switch (code) {
    case "invalid_token":
      return refuse(401, code, "The token is not that of an open attempt or warm-up.");
    case "already_claimed":
      return refuse(409, code, "This request was taken before.");
    case "attempt_not_current":
      return refuse(409, code, "This attempt is over.");
    case "function_misconfigured":
      return refuse(500, code, "The function's environment is incomplete; its log names the variable.");
    default:
      return refuse(503, "database_unavailable", "The database did not answer as it should.");
  }
}

function endFields(end: SliceEnd): Record<string, string> {
  if (end.outcome === "failed") {
    return { outcome: end.outcome, error_class: end.failure.class, error_code: end.failure.code };
  }
  if (end.outcome !== "abandoned") return { outcome: end.outcome };
  return { outcome: end.outcome, error_code: end.error instanceof SyncError ? end.error.code : "unknown" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Which fields are wrong, never what stood in them. */
function describe(error: z.core.$ZodError): string {
  const fields = [...new Set(error.issues.map((issue) => issue.path.join(".")))].filter((path) =>
    path !== ""
  );
  return fields.length === 0
    ? "The body must be a JSON object with a kind and what belongs to it."
    : `Missing or not valid: ${fields.join(", ")}.`;
}

function refuse(status: number, code: string, message: string, headers: HeadersInit = {}): Response {
  return Response.json({ error: { code, message } }, { status, headers });
}
