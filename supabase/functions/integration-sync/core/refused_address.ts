/** Why a request to an external system was not sent. */
export type AddressFault = "not_https" | "network" | "nowhere";

/**
 * The function did not send a request, because of where its address leads. It is thrown before anything is sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RefusedAddress } from "./refused_address.ts";
 *
 * assert.match(new RefusedAddress("network").words, /leads into a network/);
 * ```
 */
export class RefusedAddress extends Error {
  readonly fault: AddressFault;

  constructor(fault: AddressFault) {
    super(`refused address: ${fault}`);
    this.name = "RefusedAddress";
    this.fault = fault;
  }

  /** What is wrong, to be put behind "The address": for coordinators and developers. */
  get words(): string {
    if (this.fault === "nowhere") return "has a name that does not exist";
    const wrong = this.fault === "not_https"
      ? "must begin with https://"
      : "leads into a network, not to the internet";
    return `${wrong}. On your own machine put ${PRIVATE_RECEIVERS}=1 into supabase/functions/.env and run supabase functions serve`;
  }
}

/** The function's environment variable that allows such addresses. A developer's stack sets it to 1, and nothing else does. */
export const PRIVATE_RECEIVERS = "SYNC_ALLOW_PRIVATE_RECEIVERS";
