import { z } from "zod";

/** How a request is to be mistreated. */
export type Fault =
  /** Answers at once, without applying. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }
  /** Redirects, without applying. */
  | { readonly kind: "moved"; readonly location: string }
  /** Never answers, without applying. */
  | { readonly kind: "hang" }
  /** Waits until the test releases it, then behaves well. */
  | { readonly kind: "hold" }
  /** Cuts the connection, without applying. */
  | { readonly kind: "drop" }
  /** Applies the batch and cuts the connection: the caller cannot know. */
  | { readonly kind: "apply_then_drop" }
  /** Applies the batch and answers with an error all the same, as a proxy that gave up waiting. */
  | { readonly kind: "apply_then_status"; readonly status: number }
  /** Cuts the connection; the request waits somewhere on its way and is applied by `carryOutLate`. */
  | { readonly kind: "apply_later" }
  /** Waits, then behaves well. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Applies the batch, but for these entries. */
  | { readonly kind: "reject"; readonly entryKeys: readonly string[]; readonly error: string };

/** What happened for one entry. */
export interface LedgerEntry {
  /** The organisation that exported it; hosts' own requests may name none. */
  readonly org_id: string | null;
  readonly external_id: string;
  readonly period: string;
  readonly document_number: string | null;
  readonly payload: unknown;
  /** How often it was booked. Anything but 1 is a wrong ledger. */
  readonly count: number;
}

export interface ReceiverState {
  readonly ledger: Map<string, LedgerEntry>;
  /** Stored answers by idempotency key. */
  readonly answers: Map<
    string,
    { readonly digest: string; readonly status: number; readonly content: string }
  >;
}

const Batch = z.looseObject({
  batch_id: z.string().min(1),
  org_id: z.string().nullish(),
  entries: z.array(z.looseObject({
    entry_key: z.string().min(1),
    period: z.string(),
    document_number: z.string().nullable(),
    payload: z.unknown(),
  })).min(1),
});

/** Books a batch once for its key, as receivers that honour `Idempotency-Key` do. */
export async function applyBatch(
  state: ReceiverState,
  idempotencyKey: string | null,
  body: string,
  fault: Fault | null,
): Promise<{ status: number; content: unknown }> {
  if (idempotencyKey === null) return { status: 400, content: { error: "idempotency_key_missing" } };
  const digest = await sha256(body);
  // From here on nothing is awaited: looking up, booking and storing the answer are one step.
  const stored = state.answers.get(idempotencyKey);
  if (stored !== undefined) {
    return stored.digest === digest ? stored : { status: 422, content: { error: "idempotency_key_reused" } };
  }
  const batch = parse(body);
  if (batch === null) return { status: 400, content: { error: "invalid_batch" } };
  const results = batch.entries.map((entry) => {
    if (fault?.kind === "reject" && fault.entryKeys.includes(entry.entry_key)) {
      return { entry_key: entry.entry_key, state: "rejected", error: fault.error };
    }
    const known = state.ledger.get(entry.entry_key);
    const external_id = known?.external_id ?? `V-${String(state.ledger.size + 1).padStart(6, "0")}`;
    const { period, document_number, payload } = entry;
    state.ledger.set(entry.entry_key, {
      org_id: batch.org_id ?? null,
      external_id,
      period,
      document_number,
      payload,
      count: (known?.count ?? 0) + 1,
    });
    return { entry_key: entry.entry_key, state: "exported", external_id };
  });
  const answer = { digest, status: 200, content: JSON.stringify({ results }) };
  state.answers.set(idempotencyKey, answer);
  return answer;
}

function parse(body: string): z.infer<typeof Batch> | null {
  try {
    return Batch.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return bytes.toHex();
}
