import { SYNC_ERRORS } from "./error_codes.ts";
import type { TriggerErrorDetails, TriggerErrorMessage, TriggerRejection } from "./trigger_facts.ts";

/** Generic over one message, so that each message can only be given its own details. */
export function rejectTrigger<M extends TriggerErrorMessage>(
  message: M,
  details: TriggerErrorDetails[M],
): Extract<TriggerRejection, { message: M }> {
  const { code, status } = SYNC_ERRORS[message];
  const rejection = { outcome: "reject", message, code, status, details } as const;
  // TypeScript cannot reduce the mapped union for a generic M; the parameters above already guarantee it.
  return rejection as unknown as Extract<TriggerRejection, { message: M }>;
}
