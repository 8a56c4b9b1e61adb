import * as z from "../core/zod.ts";
import { SyncError } from "../core/errors.ts";

/** The version of the worker protocol that this function speaks; the schema's side is `worker_protocols`. */
export const WORKER_PROTOCOL = 1;

const refusal = z.object({ refused: z.string() });

/**
 * Throws `version_mismatch` when the answer to a claim says that function and schema do not understand each other.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { throwIfRefused } from "./worker_protocol.ts";
 *
 * throwIfRefused({ run_id: "..." });
 * assert.throws(() => throwIfRefused({ refused: "function_outdated" }), { code: "version_mismatch" });
 * ```
 */
export function throwIfRefused(answer: unknown): void {
  const parsed = refusal.safeParse(answer);
  if (!parsed.success) return;
  const reason = parsed.data.refused === "function_outdated" ? "function_outdated" : "schema_outdated";
  const mend = reason === "function_outdated"
    ? "the function is older than the database: deploy it"
    : "the database is older than the function: push its migrations";
  throw new SyncError("version_mismatch", `Syncs wait, for ${mend}.`, {
    details: { reason, protocol: WORKER_PROTOCOL },
  });
}
