import type { XledgerError } from "./quotas.ts";

/** How a request is to be mistreated. `on` picks the next request of that operation; without it, the next of all. */
export type Fault =
  & { readonly on?: "mutation" | "query" }
  & (
    /** Answers at once, without applying. */
    | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
    /** HTTP 200 and this error, without applying. */
    | { readonly kind: "error"; readonly error: XledgerError }
    /** Never answers, without applying. */
    | { readonly kind: "hang" }
    /** Waits until the test releases it, then behaves well. */
    | { readonly kind: "hold" }
    /** Waits, then behaves well. */
    | { readonly kind: "slow"; readonly ms: number }
    /** Cuts the connection, without applying. */
    | { readonly kind: "drop" }
    /** Applies and cuts the connection: the caller cannot know. */
    | { readonly kind: "apply_then_drop" }
    /** Applies and answers with an error status, as a gateway that gave up waiting. */
    | { readonly kind: "apply_then_status"; readonly status: number }
    /** Applies and answers with HTTP 200 and this error, such as "Your query timed out.". */
    | { readonly kind: "apply_then_error"; readonly error: XledgerError }
    /** Applies a mutation's first nodes only, and cuts the connection. */
    | { readonly kind: "apply_part_then_drop"; readonly nodes: number }
    /** Cuts the connection, and applies the request so much later: it waited in some queue, or its server was slow. */
    | { readonly kind: "apply_later"; readonly afterMs: number }
    /** Applies and never answers. */
    | { readonly kind: "apply_then_hang" }
  );
