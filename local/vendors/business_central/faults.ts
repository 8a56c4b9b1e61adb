/** Which requests a fault may hit. */
export type Target =
  | "token"
  /** Any request of the API. */
  | "api"
  /** Any GET. */
  | "read"
  /** A GET of generalLedgerEntries. */
  | "ledger"
  /** Anything that is no GET. */
  | "write"
  /** `$batch`. */
  | "batch"
  /** Microsoft.NAV.post. */
  | "post";

/** How a request is to be mistreated. */
export type Misbehaviour =
  /** Answers at once, without carrying anything out. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    /** Instead of a body: as it is, such as the page of a gateway. */
    readonly text?: string;
  }
  /** Cuts the connection, without carrying anything out. */
  | { readonly kind: "drop" }
  /** Never answers, without carrying anything out. */
  | { readonly kind: "hang" }
  /** Waits until the test releases it, then behaves well. */
  | { readonly kind: "hold" }
  /** Waits, then behaves well. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Carries the request out and cuts the connection: the caller cannot know. */
  | { readonly kind: "apply_then_drop" }
  /** Carries the request out and answers with a page, as a gateway that gave up waiting (408, 409, 502, 504). */
  | {
    readonly kind: "apply_then_status";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** Carries out the first operations of a `$batch` and cuts the connection. */
  | { readonly kind: "apply_part_then_drop"; readonly operations: number }
  /** Carries out a `$batch`, and in the middle of it, behind so many operations, what was cut off to be carried out later. */
  | { readonly kind: "late_amid"; readonly operations: number }
  /** Cuts the connection; the request waits in the queue and is carried out by `carryOutLate`. */
  | { readonly kind: "apply_later" };

/** A misbehaviour and the requests that it may hit; without `on` it hits the next one. */
export type Fault = Misbehaviour & { readonly on?: Target };

/** What a request is, for the faults. */
export interface Kind {
  readonly method: string;
  /** Path below the API's root, or `token`. */
  readonly path: string;
}

/** Takes the first queued fault that fits the request off the queue. */
export function takeFault(queue: Fault[], request: Kind): Fault | null {
  const index = queue.findIndex((fault) => fits(fault.on, request));
  return index < 0 ? null : queue.splice(index, 1)[0] ?? null;
}

function fits(target: Target | undefined, { method, path }: Kind): boolean {
  if (target === undefined) return true;
  if (path === "token" || target === "token") return path === target;
  switch (target) {
    case "api":
      return true;
    case "read":
      return method === "GET";
    case "write":
      return method !== "GET";
    case "ledger":
      return method === "GET" && path.endsWith("generalLedgerEntries");
    case "batch":
      return path === "$batch";
    case "post":
      return /Microsoft\.NAV\.post$/i.test(path);
  }
}
