import { errors, jwtVerify } from "jose";
import type { ApiKeys } from "../api_keys.ts";

/** Who a subscriber is, in the words that Postgres is asked with. */
export interface Claims {
  readonly role: string;
  /** Seconds since 1970; a key has no end. */
  readonly exp: number | null;
  /** Everything of the token, for `request.jwt.claims`. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** Says what is wrong with a token in the real one's words. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

/** The role of an API key, or null for one that is none: what the platform's gateway makes of it. */
export function claimsOfKey(key: string | null, keys: ApiKeys): Claims | null {
  const role = key === keys.publishableKey ? "anon" : key === keys.secretKey ? "service_role" : null;
  return role === null ? null : { role, exp: null, all: { role } };
}

/**
 * Verifies a session's token.
 *
 * @throws {TokenRefused} with the reason that the client gets.
 */
export async function verifyToken(token: string, jwtSecret: string): Promise<Claims> {
  const secret = new TextEncoder().encode(jwtSecret);
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"] });
    const { role, exp } = payload;
    if (typeof role === "string" && exp !== undefined) return { role, exp, all: payload };
  } catch (error) {
    throw new TokenRefused(refusal(error), { cause: error });
  }
  throw new TokenRefused("Fields `role` and `exp` are required in JWT");
}

/** How the real one says that a token's time is over. */
export function expiredMessage(exp: number): string {
  return `Token has expired ${Math.max(0, Math.floor(Date.now() / 1000) - exp)} seconds ago`;
}

function refusal(error: unknown): string {
  if (error instanceof errors.JWTExpired) return expiredMessage(Number(error.payload.exp));
  if (error instanceof errors.JWSSignatureVerificationFailed) return "Failed to validate JWT signature";
  return "The token provided is not a valid JWT";
}
