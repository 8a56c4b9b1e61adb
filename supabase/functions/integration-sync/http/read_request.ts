import * as z from "../core/zod.ts";
import type { SenderRef } from "../database/alerts_api.ts";
import type { WarmupRef } from "../database/answer_warmup.ts";
import type { CheckRef } from "../database/check_api.ts";
import type { AttemptRef } from "../database/worker_api.ts";

/** What a request asks for, or what is wrong with it. */
export type AskedFor =
  | { readonly kind: "run"; readonly attempt: AttemptRef }
  | { readonly kind: "probes"; readonly probes: readonly CheckRef[] }
  | { readonly kind: "alerts"; readonly senders: readonly SenderRef[] }
  | { readonly kind: "warmup"; readonly warmup: WarmupRef }
  | { readonly kind: "invalid"; readonly message: string };

const token = z.string().check(z.minLength(16), z.maxLength(256), z.regex(/^[\x21-\x7e]+$/));
// Unknown fields are let through: the database may be a version ahead of the function.
const requestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), run_id: z.guid(), attempt: z.int32().check(z.minimum(1)), token }),
  z.object({
    kind: z.literal("probes"),
    probes: z.array(z.object({ integration_id: z.guid(), token })).check(z.minLength(1), z.maxLength(50)),
  }),
  z.object({
    kind: z.literal("alerts"),
    senders: z.array(z.object({ org_id: z.guid(), token })).check(z.minLength(1), z.maxLength(50)),
  }),
  z.object({
    kind: z.literal("warmup"),
    scheduled_for: z.iso.datetime({ offset: true }).check(z.maxLength(40)),
    token,
  }),
]);

/**
 * Reads the body of a request; a fault names fields, never their contents.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readRequest } from "./read_request.ts";
 *
 * const asked = readRequest('{ "kind": "probes", "probes": [{ "integration_id": 7, "token": "0123456789abcdef" }] }');
 * assert.deepEqual(asked, { kind: "invalid", message: "Missing or not valid: probes.0.integration_id." });
 * ```
 */
export function readRequest(text: string): AskedFor {
  const parsed = requestSchema.safeParse(parseJson(text));
  if (!parsed.success) return { kind: "invalid", message: describe(parsed.error) };
  const { data } = parsed;
  switch (data.kind) {
    case "run":
      return { kind: "run", attempt: { run_id: data.run_id, attempt: data.attempt, token: data.token } };
    case "probes":
      return { kind: "probes", probes: data.probes };
    case "alerts":
      return { kind: "alerts", senders: data.senders };
    case "warmup":
      return { kind: "warmup", warmup: { scheduled_for: data.scheduled_for, token: data.token } };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: z.core.$ZodError): string {
  const fields = [...new Set(error.issues.map((issue) => issue.path.join(".")))].filter((path) =>
    path !== ""
  );
  return fields.length === 0
    ? "The body must be a JSON object with a kind and what belongs to it."
    : `Missing or not valid: ${fields.join(", ")}.`;
}
