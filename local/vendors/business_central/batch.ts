import { z } from "zod";
import { type Answer, type ApiState, carryOut } from "./api.ts";
import { ODataError } from "./odata_error.ts";

/** What a `$batch` does when one of its operations is refused. */
export type BatchMode =
  /** Stops there, and goes on when asked to by `Prefer: odata.continue-on-error`: what the documents say. */
  | "documented"
  /** Stops there, whatever was asked. */
  | "stop"
  /** Takes everything back, but still answers 201 for what it took back. */
  | "revert";

const mostOperations = 100;

const schema = z.looseObject({
  requests: z.array(z.looseObject({
    id: z.string(),
    method: z.enum(["GET", "POST", "PATCH", "DELETE"]),
    url: z.string(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  })),
});

/** How a `$batch` is carried out. */
export interface BatchOptions {
  readonly mode: BatchMode;
  readonly prefer: string;
  /** Operations after which it is cut short. */
  readonly limit?: number;
  /** Called before each operation, with its index: each is a transaction of its own, and others come in between. */
  readonly beforeEach?: (index: number) => void;
}

/** Carries out the operations of a JSON `$batch` one after the other. */
export function carryOutBatch(
  state: ApiState,
  root: URL,
  body: unknown,
  options: BatchOptions,
): Answer {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ODataError(400, "BadRequest", "The batch is not valid.");
  const { requests } = parsed.data;
  if (requests.length > mostOperations) {
    throw new ODataError(400, "BadRequest", `A batch may hold ${mostOperations} operations.`);
  }
  const goesOn = options.mode === "documented" && options.prefer.includes("continue-on-error");
  const before = state.companies.flatMap(({ journals }) => journals.map((j) => [j, j.lines] as const));
  for (const [journal, lines] of before) journal.lines = [...lines];

  const responses: unknown[] = [];
  for (const [index, operation] of requests.slice(0, options.limit).entries()) {
    // What is taken back as a whole is one transaction: nothing comes in between.
    if (options.mode !== "revert") options.beforeEach?.(index);
    const { id, method, url, headers = {}, body: content } = operation;
    const address = new URL(url.replace(/^\//, ""), root);
    const path = decodeURIComponent(address.pathname.slice(root.pathname.length));
    const ifMatch = Object.entries(headers).find(([name]) => name.toLowerCase() === "if-match")?.[1] ?? null;
    try {
      const answer = carryOut(state, { method, address, path, ifMatch, body: content });
      responses.push({ id, headers: { "content-type": "application/json" }, ...answer });
    } catch (error) {
      if (!(error instanceof ODataError)) throw error;
      const { status, code, message } = error;
      responses.push({ id, status, headers: {}, body: { error: { code, message } } });
      if (goesOn) continue;
      if (options.mode === "revert") { for (const [journal, lines] of before) journal.lines = lines; }
      break;
    }
  }
  return { status: 200, body: { responses } };
}
