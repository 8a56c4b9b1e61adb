import fc from "fast-check";

/** An entry's content with the integration that judges it. */
export interface Judged {
  readonly type: "webhook" | "xledger" | "dynamics";
  readonly config: Readonly<Record<string, unknown>>;
  readonly period: string;
  readonly document_number: string;
  readonly payload: unknown;
}

const blanks = ["", " ", "\t", "\u000b", "v", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u0085"];

/** Texts that are amounts, nearly amounts, or something else. */
export function amountTexts(): fc.Arbitrary<string> {
  const digits = fc.stringMatching(/^[0-9]{0,17}$/);
  const near = fc.tuple(
    fc.constantFrom("", "", "", "-", "+", " ", "٣"),
    digits,
    fc.constantFrom("", ".", ".", ",", "..", " "),
    fc.stringMatching(/^[0-9]{0,8}$/),
    fc.constantFrom("", "", "", "\n", "e3", " ", "\u00a0"),
  ).map((parts) => parts.join(""));
  return fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[0-9]{1,15}(\.[0-9]{1,6})?$/) },
    { weight: 4, arbitrary: near },
    { weight: 1, arbitrary: fc.stringMatching(/^[0-9.,\-+eE ١]{0,24}$/) },
    // Postgres stores no character 0.
    {
      weight: 1,
      arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !text.includes("\0")),
    },
  );
}

const anything: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  0,
  1.5,
  true,
  "text",
  [],
  [1],
  {},
  { a: "b" },
  { a: " " },
  { region: "Nord", area: 7 },
  ...blanks,
);
const dates = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("2026-10-12", "2026-10-31") },
  fc.constantFrom("2026-12-31", "2026-06-30", "2025-12-31"),
  fc.constantFrom(
    "2026-02-29",
    "2024-02-29",
    "2026-10-32",
    "2026-00-10",
    "0000-01-01",
    "2026-10-12T00:00:00Z",
  ),
  fc.stringMatching(/^20[0-9]{2}-[01][0-9]-[0-3][0-9]$/),
);

/** Of `weight` + 1 values, one is of another kind. */
function sometimes<T>(value: fc.Arbitrary<T>, weight = 30): fc.Arbitrary<T | unknown> {
  return fc.oneof({ weight, arbitrary: value }, { weight: 1, arbitrary: anything });
}

const cents = fc.integer({ min: 0, max: 5 }).map((units) => `${units}.${units % 2 === 0 ? "0" : "10"}`);
const line = fc.record({
  account: sometimes(fc.constantFrom("6860", "2910", " x ")),
  debit: sometimes(fc.oneof(cents, fc.constantFrom("0", "0.000"))),
  credit: sometimes(fc.oneof(cents, fc.constantFrom("0", "0.000"), amountTexts())),
  description: sometimes(fc.constantFrom("Kurs", "")),
  department: sometimes(fc.constant("Salg")),
  vat_code: sometimes(fc.constant("25")),
  dimensions: sometimes(fc.constantFrom({ region: "Nord" }, { region: null }, { region: 7 })),
  currency: sometimes(fc.constantFrom(...Array(12).fill("NOK"), "EUR", "nok")),
  due_date: sometimes(dates),
  "𝒳": anything,
  "\uffee": anything,
  [`${"æ".repeat(120)}`]: anything,
}, { requiredKeys: [] });

/** Lines that mostly balance: each debit has its credit. */
const lines = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.tuple(fc.oneof(cents, cents, amountTexts()), fc.constantFrom("1", "2"), line), {
      maxLength: 3,
    }).map((
      pairs,
    ) =>
      pairs.flatMap(([amount, account, extra]) => [
        { ...extra, account, debit: amount, credit: undefined },
        { account, credit: amount, debit: amount.length % 5 === 0 ? "0.00" : null },
      ])
    ),
  },
  { weight: 3, arbitrary: fc.array(sometimes(line), { maxLength: 4 }) },
  { weight: 1, arbitrary: anything },
);

const payloads = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      posting_date: sometimes(dates),
      currency: sometimes(fc.constantFrom(...Array(20).fill("NOK"), "EUR", "kr", "NOKK")),
      description: sometimes(fc.constantFrom("Reise, tog Bergen–Ål", "")),
      lines,
      voucher_type: sometimes(fc.constant("expense")),
      employee: anything,
      document_number: sometimes(fc.constantFrom("UB-1", "UB-1", "UB-2")),
      period: sometimes(fc.constantFrom("2026-10", "2026-10", "2026-13")),
      due_date: sometimes(dates),
      date: sometimes(dates),
    }, { requiredKeys: ["posting_date", "currency", "description", "lines"] }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ posting_date: sometimes(dates), lines, order: anything }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: anything },
);

const names = (all: readonly string[]) => fc.subarray([...all]);
const configs = fc.record({
  payloads: fc.constantFrom("vouchers", "free"),
  period_rule: fc.constantFrom("posting_date", "free"),
  fiscal_year_ends: fc.constantFrom(1, 6, 12),
  ignored_fields: fc.record({
    voucher: names(["employee", "voucher_type", "document_number", "period", "due_date", "date", "order"]),
    line: names(["department", "dimensions.region", "currency", "due_date", "𝒳", "\uffee", "vat_code"]),
  }, { requiredKeys: [] }),
}, { requiredKeys: [] });

/** Entries: some are sound, most have one fault, and a few are nonsense. */
export function judgedEntries(): fc.Arbitrary<Judged> {
  return fc.record({
    type: fc.constantFrom("webhook", "webhook", "xledger", "dynamics"),
    config: configs,
    period: fc.oneof(
      { weight: 20, arbitrary: fc.constant("2026-10") },
      { weight: 4, arbitrary: fc.constantFrom("2026-12", "2026-13") },
      { weight: 1, arbitrary: fc.constantFrom("2026-14", "2026-00", "202610", "2026-10 ", "") },
    ),
    document_number: fc.constant("UB-1"),
    payload: payloads,
  });
}
