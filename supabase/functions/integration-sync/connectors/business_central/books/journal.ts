import * as z from "../../../core/zod.ts";
import { chunk } from "../../../core/chunk.ts";
import { parseDecimal } from "../../../vouchers/decimal.ts";
import { type ExactJson, ExactNumber } from "../../../vouchers/exact_json.ts";
import type { BusinessCentralClient } from "../api/client.ts";
import { BusinessCentralFault, doubtful, isDone, isLineGone, statusFault } from "../fault.ts";
import { type PlannedLine, type PlannedVoucher, shortestAmount } from "../voucher/plan.ts";
import type { Dimension } from "../voucher/plan_lines.ts";
import { type Refusal, sameKey, wordsOf } from "../refusal.ts";
import type { Place } from "../setup.ts";
import type { ConnectorContext } from "../../connector.ts";

const operationsOfABatch = 100;

const digits = z.string().check(z.regex(/^\d{1,10}$/));
const lineSchema = z.pipe(
  z.object({
    id: z.string(),
    "@odata.etag": z.string(),
    lineNumber: z.pipe(digits, z.transform(Number)),
    accountNumber: z.string(),
    postingDate: z.string(),
    documentNumber: z.string(),
    // A decimal that we cannot read is no amount of ours; as a text it equals none.
    amount: z.pipe(
      z.string(),
      z.transform((text: string) => {
        const decimal = parseDecimal(text);
        return decimal === null ? text : shortestAmount(decimal);
      }),
    ),
    description: z.string(),
    taxCode: z.nullish(z.string()),
    dimensionSetLines: z.optional(z.array(z.object({ code: z.string(), valueCode: z.string() }))),
  }),
  z.transform(({ dimensionSetLines = [], taxCode, ...line }) => ({
    ...line,
    taxCode: taxCode ?? null,
    dimensions: dimensionSetLines as readonly Dimension[],
  })),
);
const batchSchema = z.object({
  responses: z.array(z.object({ id: z.string(), status: z.string(), body: z.optional(z.unknown()) })),
});

/** An unposted line of the journal. */
export type StandingLine = z.infer<typeof lineSchema>;

/** What Business Central said of lines that were to be inserted. Only a read shows which of them are there. */
export interface Inserted {
  /** Why vouchers were refused, by entry key. */
  readonly refused: ReadonlyMap<string, string>;
  /** Vouchers all of whose lines were taken, in batches without a refusal: none of that is taken back. */
  readonly taken: readonly PlannedVoucher[];
}

/** The lines of one journal. Everything throws BusinessCentralFault. */
export interface JournalLines {
  read(): Promise<StandingLine[]>;
  insert(lines: readonly { voucher: PlannedVoucher; line: PlannedLine }[]): Promise<Inserted>;
  /** Answers the lines that were not there any more, or had changed. */
  remove(lines: readonly StandingLine[]): Promise<StandingLine[]>;
  /** Posts the whole journal. */
  post(): Promise<void>;
}

/**
 * Binds the lines of the journal at `place`; `beforeWrite` is called before each write. `hasDimensions`: they are read
 * with the lines.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { emptyBooks, voucher } from "../testing/books.ts";
 * import { openJournal } from "./journal.ts";
 *
 * const { client, place } = emptyBooks();
 * const responses = [{ id: "0", status: "201" }, { id: "1", status: "201" }];
 * const willing = { ...client, write: () => Promise.resolve({ responses }) };
 * const journal = openJournal(willing, place, testContext(), () => Promise.resolve());
 * const { taken } = await journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * assert.deepEqual(taken, [voucher]);
 * ```
 */
export function openJournal(
  client: BusinessCentralClient,
  place: Place,
  context: Pick<ConnectorContext, "random" | "secrets">,
  beforeWrite: () => Promise<void>,
  hasDimensions = false,
): JournalLines {
  const path = `${place.journalPath}/journalLines`;

  /** One `$batch` of writes. An operation that Business Central itself refused is an answer; other failures are faults. */
  async function runBatch(operations: readonly Operation[]): Promise<(Refusal | "done" | "undone")[]> {
    await beforeWrite();
    const requests = operations.map(({ method, url, headers, body }, index): ExactJson => ({
      id: String(index),
      method,
      url,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body }),
    }));
    // Without it Business Central stops at the first operation that it refuses. Nothing relies on it.
    const answer = await client.write("$batch", { requests }, 200, { prefer: "odata.continue-on-error" });
    const parsed = batchSchema.safeParse(answer);
    if (!parsed.success) throw doubtful("answered in an unknown shape");
    const byId = new Map(parsed.data.responses.map((response) => [response.id, response]));
    const faults: BusinessCentralFault[] = [];
    const outcomes = operations.map(({ method }, index) => {
      const response = byId.get(String(index));
      if (response === undefined) return "undone";
      const status = Number(response.status);
      if (isDone(status)) return "done";
      if (method === "DELETE" && isLineGone(status)) return "undone";
      const fault = statusFault(status, { isWrite: true, body: response.body, retryAfter: null, context });
      if (fault.refusal === null) faults.push(fault);
      return fault.refusal ?? "undone";
    });
    // One in doubt puts the whole in doubt, whatever comes before it.
    const fault = faults.find(({ isDoubtful }) => isDoubtful) ?? faults[0];
    if (fault !== undefined) throw fault;
    return outcomes;
  }

  return {
    // Whole lines: that a selection still carries the ETag is not documented.
    read: () => client.list(path, hasDimensions ? { $expand: "dimensionSetLines" } : {}, lineSchema),
    async insert(lines) {
      const refused = new Map<string, string>();
      const notTaken = new Set<PlannedVoucher>();
      for (const [number, part] of chunk(lines, operationsOfABatch).entries()) {
        const operations = part.map(({ voucher, line }) => insertion(path, voucher, line));
        const outcomes = await runBatch(operations).catch((error) => {
          // Something of these lines was sent before it.
          if (number > 0 && error instanceof BusinessCentralFault) {
            throw new BusinessCentralFault(error.failure, error.isDoubtful, error.refusal);
          }
          throw error;
        });
        outcomes.forEach((outcome, index) => {
          const voucher = part[index]?.voucher;
          // A line that is there already may be our own: the next read compares it.
          if (voucher === undefined || typeof outcome === "string" || outcome.code === sameKey) return;
          refused.set(voucher.entry_key, wordsOf(outcome));
        });
        if (outcomes.every((outcome) => outcome === "done")) continue;
        for (const { voucher } of part) notTaken.add(voucher);
      }
      const vouchers = new Set(lines.map(({ voucher }) => voucher));
      return { refused, taken: [...vouchers.difference(notTaken)] };
    },
    async remove(lines) {
      const gone: StandingLine[] = [];
      for (const part of chunk(lines, operationsOfABatch)) {
        const outcomes = await runBatch(part.map((line): Operation => ({
          method: "DELETE",
          url: `${path}(${line.id})`,
          headers: { "if-match": line["@odata.etag"] },
        })));
        gone.push(...part.filter((_line, index) => outcomes[index] !== "done"));
      }
      return gone;
    },
    async post() {
      await beforeWrite();
      await client.write(`${place.journalPath}/Microsoft.NAV.post`, {}, 204);
    },
  };
}

interface Operation {
  readonly method: "POST" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ExactJson;
}

function insertion(path: string, voucher: PlannedVoucher, line: PlannedLine): Operation {
  return {
    method: "POST",
    url: path,
    // Without accountType: a new line is one of a G/L account (ALAppExtensions, APIV2JournalLines.Page.al). Documents
    // and servers differ in how they write the name of that type: G/L Account or G_x002F_L_x0020_Account.
    body: {
      lineNumber: new ExactNumber(String(line.lineNumber)),
      accountNumber: line.accountNumber,
      postingDate: voucher.postingDate,
      documentNumber: voucher.documentNumber,
      externalDocumentNumber: voucher.externalDocumentNumber,
      amount: new ExactNumber(line.amount),
      description: line.description,
      // Kept by a new line in versions whose codeunit 5478 copies the VAT product posting group. Older ones leave it
      // out, as the read after the insert shows (microsoft/BCApps, APIV2JournalLines.Page.al; confidence high).
      ...(line.taxCode === null ? {} : { taxCode: line.taxCode }),
      // In the same request as their line: a line without them would balance, and a late posting could book it so.
      // Microsoft tests for the API v1.0 that a line takes them nested (ALAppExtensions, APIV1JournalLinesE2E), and
      // documents it for parts of a page in general. Confidence is medium: a dimension that the read does not show is
      // refused.
      ...(line.dimensions.length === 0
        ? {}
        : { dimensionSetLines: line.dimensions.map(({ code, valueCode }) => ({ code, valueCode })) }),
    },
  };
}
