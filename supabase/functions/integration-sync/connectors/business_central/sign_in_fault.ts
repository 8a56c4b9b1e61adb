import * as z from "../../core/zod.ts";
import { failure } from "../../core/errors.ts";
import { BusinessCentralFault, setUpWrongly, unavailable } from "./fault.ts";

const oauthErrorSchema = z.object({ error: z.string(), error_codes: z.optional(z.array(z.number())) });

/**
 * What a status other than 2xx of Microsoft's sign-in service means. Nothing was written in any case. A refused sign-in
 * is a fault of the configuration; everything else passes by itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { signInFault } from "./sign_in_fault.ts";
 *
 * assert.equal(signInFault(418, null, null).failure.class, "permanent");
 * assert.equal(signInFault(400, { error: "server_error" }, null).failure.class, "transient");
 * ```
 */
export function signInFault(
  status: number,
  answer: unknown,
  retryAfter: number | null,
): BusinessCentralFault {
  if (status === 429) {
    const message = "Microsoft's sign-in service asks us to slow down (429).";
    return new BusinessCentralFault(
      failure("rate_limited", "business_central_rate_limited", message, retryAfter ?? 30),
    );
  }
  const said = oauthErrorSchema.safeParse(answer).data;
  // Whatever its status: two of OAuth's errors are temporary.
  const passes = said?.error === "temporarily_unavailable" || said?.error === "server_error";
  if (passes || status < 300 || status >= 500 || status === 408 || status === 425) {
    return unavailable(`could not be signed in to (status ${status})`, retryAfter);
  }
  return setUpWrongly("business_central_sign_in_refused", signInMessage(status, said));
}

/** The code, but not the description: it holds ids of the tenant and of the request. */
function signInMessage(status: number, said: z.infer<typeof oauthErrorSchema> | undefined): string {
  const code = said?.error_codes?.[0];
  const what = said === undefined ? `status ${status}` : `${said.error}${code ? `, AADSTS${code}` : ""}`;
  switch (said?.error) {
    case "invalid_client":
      return `Microsoft refused the client secret. It may have expired: enter a new one (${what}).`;
    case "unauthorized_client":
      return `Microsoft does not know the app. Check client id and tenant id (${what}).`;
    default:
      return `Microsoft refused the sign-in. Check tenant id, client id and client secret (${what}).`;
  }
}
