import { decideTrigger } from "./decide_trigger.ts";
import { rejectTrigger } from "./reject_trigger.ts";
import type { CallerFacts, TriggerCall, TriggerDecision, TriggerRejection } from "./trigger_facts.ts";

/** Longest idempotency key, in characters (code points, as `char_length` counts them). */
const MAX_KEY_LENGTH = 200;

/**
 * What `public.trigger_integration_sync` answers: its checks of the caller and the request, then {@link decideTrigger}.
 * With it the rules can be read, unit-tested and compared with the SQL (`tests/integration/parity/`). A client knows in
 * advance what a press of the button would do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { triggerIntegrationSync } from "./trigger_integration_sync.ts";
 *
 * const decision = triggerIntegrationSync({
 *   caller: {
 *     actsForAll: false,
 *     subject: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *     userId: "6a1e0c44-7b1f-4b0a-9a3c-0d5b9c1f2e11",
 *     isAnonymous: false,
 *     role: "viewer",
 *   },
 *   request: { integrationType: "xledger", idempotencyKey: null },
 *   knownTypes: ["dynamics", "webhook", "xledger"],
 *   facts: null,
 * });
 * assert.equal(decision.outcome === "reject" && decision.message, "not_authorized");
 * ```
 */
export function triggerIntegrationSync({ caller, request, knownTypes, facts }: TriggerCall): TriggerDecision {
  const refusal = requireOrgRole(caller);
  if (refusal !== null) return refusal;

  if (request.idempotencyKey !== null && !isIdempotencyKey(request.idempotencyKey)) {
    return rejectTrigger("invalid_idempotency_key", { max_length: MAX_KEY_LENGTH });
  }

  if (request.integrationType === null || !knownTypes.includes(request.integrationType)) {
    return rejectTrigger("unknown_integration_type", { known_types: knownTypes.toSorted() });
  }
  if (facts === null) return rejectTrigger("integration_not_found", null);

  return decideTrigger(facts);
}

function requireOrgRole(caller: CallerFacts): TriggerRejection | null {
  if (caller.actsForAll) return null;
  // An anonymous session is no sign-in, whatever its subject is.
  if (caller.isAnonymous) return rejectTrigger("not_authenticated", null);
  // A third-party sign-in whose users are no uuids: signing in again would not help.
  if (caller.userId === null && caller.subject !== null) return rejectTrigger("unsupported_identity", null);
  if (caller.userId === null) return rejectTrigger("not_authenticated", null);
  // One answer for viewers, strangers and organisations that do not exist: existence must not leak.
  if (caller.role !== "admin" && caller.role !== "coordinator") return rejectTrigger("not_authorized", null);
  return null;
}

function isIdempotencyKey(key: string): boolean {
  // Blank is what btrim() leaves empty: spaces, not every white space. Spread, because length() in SQL counts an
  // emoji as one character and `.length` as two.
  return !/^ *$/.test(key) && [...key].length <= MAX_KEY_LENGTH;
}
