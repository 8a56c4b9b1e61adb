import { type Failure, failure } from "../../core/errors.ts";
import { RefusedAddress } from "../../core/refused_address.ts";
import { WrongAddressError } from "./bound_fetch.ts";

/** Whom a request was for, in the words of its failure. */
export interface Addressee {
  /** Prefix of the codes: `webhook`, `xledger`, ... */
  readonly prefix: string;
  /** "The receiver": sentences begin with it. */
  readonly name: string;
  /** The address; of it only the host is ever quoted. */
  readonly url: string | URL;
}

/**
 * Every text with which the runtime says that it has no connection, so that nothing of the request was sent. It follows
 * `client error (Connect): `, the phase before the first byte of HTTP. Compared from the beginning.
 *
 * Tried against real sockets in November 2026, on Deno 2.1.4 (Supabase's edge runtime is of that generation), 2.2.7 and
 * 2.9.6; `tests/integration/connectors/no_connection_test.ts` repeats it. Older ones append the cause a second
 * time, and name certificates' faults by one word. A text that is not here is no evidence. Not tried, but of the same
 * calls and the same phase: the second text of host_not_found, name_lookup_failed, the last two of host_unreachable.
 */
const causes: readonly (readonly [cause: string, texts: readonly string[], words: Words])[] = [
  [
    "connection_refused",
    ["tcp connect error: Connection refused"],
    ({ name, host }) => `${name} refuses connections: nothing listens on ${host}. Check address and port.`,
  ],
  [
    "host_not_found",
    [
      "dns error: failed to lookup address information: Name or service not known",
      "dns error: failed to lookup address information: No address associated with hostname",
    ],
    ({ name, hostname }) => `${name} was not found: there is no host ${hostname}. Check the address.`,
  ],
  [
    "name_lookup_failed",
    ["dns error: failed to lookup address information: Temporary failure in name resolution"],
    ({ name, hostname }) =>
      `${name} was not reached: the name ${hostname} cannot be looked up at the moment.`,
  ],
  [
    "host_unreachable",
    [
      "tcp connect error: No route to host",
      "tcp connect error: Network is unreachable",
      "tcp connect error: Connection timed out",
    ],
    ({ name, host }) => `${name} was not reached: there is no way to ${host} at the moment.`,
  ],
  [
    "certificate_expired",
    ["invalid peer certificate: certificate expired", "invalid peer certificate: Expired"],
    ({ hostname }) =>
      `The certificate of ${hostname} has expired. The operator of that server has to renew it.`,
  ],
  [
    "certificate_not_yet_valid",
    ["invalid peer certificate: certificate not valid yet", "invalid peer certificate: NotValidYet"],
    ({ hostname }) => `The certificate of ${hostname} is not valid yet.`,
  ],
  [
    "certificate_not_trusted",
    [
      "invalid peer certificate: UnknownIssuer",
      // What signs itself.
      "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
    ],
    ({ hostname }) =>
      `The certificate of ${hostname} is not from a known authority. That server needs one that is, with its chain.`,
  ],
  [
    "certificate_wrong_host",
    [
      "invalid peer certificate: certificate not valid for name",
      "invalid peer certificate: NotValidForName",
    ],
    ({ hostname }) => `The certificate of ${hostname} is for another name. Check the address.`,
  ],
  [
    "encryption_failed",
    [
      "tls handshake eof",
      // A reset during the handshake: without TLS a connection that is made is no failed one.
      "Connection reset by peer",
      "received corrupt message of type InvalidContentType",
      "received fatal alert: HandshakeFailure",
      "received fatal alert: ProtocolVersion",
      "received fatal alert: UnrecognisedName",
      "received fatal alert: CertificateRequired",
      "received fatal alert: BadCertificate",
    ],
    ({ host }) =>
      `No encrypted connection to ${host} can be made, so nothing was sent. Check that the address is one for https.`,
  ],
];

const portBlocked = "port_blocked";
const addressRefused = "address_refused";

type Words = (place: { name: string; host: string; hostname: string }) => string;

/**
 * What a failed `fetch` says, if it proves that nothing was sent: a failure in words of its own. Its class is `transient`,
 * or `permanent` for an address that the function may not send to, or that is not that of the credentials.
 * Null when it proves nothing: a text that is not known, a connection that was lost, a time-out.
 *
 * The proof is good for a request whose body goes out once (see `onceBody`). With another body Deno's fetch may have sent
 * the request over a connection that it had kept, and what failed is its second try.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { unsentFailure } from "./transport_fault.ts";
 *
 * const receiver = { prefix: "webhook", name: "The receiver", url: "https://erp.example:8443/in?key=hidden" };
 * const cause = new Error(
 *   "error sending request for url (https://erp.example:8443/in): client error (Connect): tcp connect error: Connection refused (os error 111)",
 * );
 * const refused = unsentFailure(new TypeError("fetch failed", { cause }), receiver);
 * assert.equal(refused?.code, "webhook_connection_refused");
 * assert.match(refused?.message ?? "", /^The receiver refuses connections: nothing listens on erp\.example:8443\./);
 * assert.equal(unsentFailure(new TypeError("fetch failed"), receiver), null);
 * ```
 */
export function unsentFailure(error: unknown, { prefix, name, url }: Addressee): Failure | null {
  if (error instanceof WrongAddressError) return error.failure;
  const { host, hostname, port } = new URL(url);
  if (error instanceof RefusedAddress) {
    if (error.fault !== "nowhere") {
      return failure(
        "permanent",
        `${prefix}_${addressRefused}`,
        `${name} was not asked: the address ${error.words}.`,
      );
    }
    const message = `${name} was not found: there is no host ${hostname}. Check the address.`;
    return failure("transient", `${prefix}_host_not_found`, message);
  }
  // fetch has a list of ports that it never connects to: https://fetch.spec.whatwg.org/#port-blocking
  if (error instanceof TypeError && error.message === `Fetch failed: Requests to port ${port} are blocked`) {
    const message =
      `${name} cannot be at port ${port}: it is one of those that are blocked. Check the address.`;
    return failure("transient", `${prefix}_${portBlocked}`, message);
  }
  const said = connectError(error);
  if (said === null) return null;
  for (const [cause, texts, words] of causes) {
    if (!texts.some((text) => said.startsWith(text))) continue;
    return failure("transient", `${prefix}_${cause}`, words({ name, host, hostname }));
  }
  return null;
}

/**
 * Whether a failure is one of {@linkcode unsentFailure}. Its proof is about one request: of a batch that was sent before
 * it says nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failure } from "../../core/errors.ts";
 * import { isUnsent } from "./transport_fault.ts";
 *
 * assert.equal(isUnsent(failure("transient", "erp_connection_refused", "Nothing listens there.")), true);
 * assert.equal(isUnsent(failure("transient", "erp_busy", "Later, please.")), false);
 * ```
 */
export function isUnsent({ code }: Failure): boolean {
  return code === "credentials_needed" ||
    [portBlocked, addressRefused, ...causes.map(([cause]) => cause)].some((cause) =>
      code.endsWith(`_${cause}`)
    );
}

/** The text behind the phase. The address before it cannot imitate that: blanks in it are written as %20. */
function connectError(error: unknown): string | null {
  if (!(error instanceof TypeError)) return null;
  // Deno 2.9 says "fetch failed" and has the text in the cause, older ones have it at once.
  for (const text of [error.message, error.cause instanceof Error ? error.cause.message : ""]) {
    const said = /^error sending request for url \(\S+\): client error \(Connect\): (.+)$/s.exec(text)?.[1];
    if (said !== undefined) return said;
  }
  return null;
}
