import assert from "node:assert/strict";
import type { Fault } from "../../local/vendors/business_central/business_central.ts";
import { newJournal } from "../../local/vendors/business_central/store.ts";
import type { ExportOutcome, PingOutcome } from "../../supabase/functions/_shared/connectors/connector.ts";
import type { Entry, EntryResult } from "../../supabase/functions/_shared/entries.ts";
import { planVoucher } from "../../supabase/functions/_shared/connectors/business_central_plan.ts";
import { exportBatch } from "../../supabase/functions/integration-sync/export_batch.ts";
import {
  assertPostedOnce,
  type Bench,
  expense,
  integrationId,
  startBench,
} from "./business_central_bench.ts";

const two = [expense(1), expense(2)];
const batch_id = "00000000-0000-4000-8000-000000000001";

function open(bench: Bench) {
  return bench.connector.open(bench.config, bench.credentials);
}

async function ping(bench: Bench): Promise<PingOutcome> {
  return await bench.run(open(bench).ping(bench.context()));
}

async function send(bench: Bench, entries: readonly Entry[] = two): Promise<ExportOutcome> {
  const batch = { batch_id, resend: false, entries };
  return await bench.run(open(bench).export(bench.context(), batch));
}

/** What a later attempt does with a batch of unknown outcome. */
async function resend(bench: Bench, entries: readonly Entry[] = two): Promise<ExportOutcome> {
  const batch = { batch_id, resend: true, entries };
  const { results, failure } = await bench.run(exportBatch(open(bench), bench.context(), batch, () => {}));
  return { results, ...(failure === null ? {} : { failure }) };
}

/** Attempts until nothing is open, as the engine makes them. */
async function sendUntilSettled(bench: Bench): Promise<EntryResult[]> {
  const settled = new Map<string, EntryResult>();
  let outcome = await send(bench);
  for (let attempt = 1; attempt < 10; attempt++) {
    for (const result of outcome.results) {
      if (result.state === "exported" || result.state === "rejected") settled.set(result.entry_key, result);
    }
    const left = two.filter(({ entry_key }) => !settled.has(entry_key));
    if (left.length === 0) break;
    await bench.clock.advance((outcome.failure?.retry_after_seconds ?? 30) * 1000);
    outcome = await resend(bench, left);
  }
  return [...settled.values()];
}

const states = ({ results }: ExportOutcome) => results.map(({ state }) => state).join(" ");
const failed = ({ failure }: ExportOutcome) => [failure?.class, failure?.code];
const exportedBoth: EntryResult[] = [
  { entry_key: "expense-00001", state: "exported", external_id: "UB-2026-00001" },
  { entry_key: "expense-00002", state: "exported", external_id: "UB-2026-00002" },
];

/** Puts lines of an entry into the journal, as an attempt that died did, or with changes, as a person. */
function leave(
  bench: Bench,
  entry: Entry,
  count: number,
  changes: { lineNumber?: number; amount?: bigint } = {},
): void {
  const plan = planVoucher(integrationId, "NOK", entry);
  assert.ok(plan.ok);
  const { voucher } = plan;
  for (const line of voucher.lines.slice(0, count)) {
    bench.fake.journal.lines.push({
      id: crypto.randomUUID(),
      etag: `W/"${crypto.randomUUID()}"`,
      lineNumber: line.lineNumber,
      accountNumber: line.accountNumber,
      postingDate: voucher.postingDate,
      documentNumber: voucher.documentNumber,
      externalDocumentNumber: "",
      amount: BigInt(Math.round(Number(line.amount) * 100)),
      description: "",
      comment: "",
      ...changes,
    });
  }
}

Deno.test("Business Central posts each voucher once, to the øre, when nothing goes wrong", async () => {
  await using bench = await startBench();
  const outcome = await send(bench);
  assert.deepEqual(outcome, { results: exportedBoth });
  assertPostedOnce(bench, two);
  const entry = bench.fake.company.ledger.find(({ documentNumber }) => documentNumber === "UB-2026-00001");
  assert.deepEqual([entry?.externalDocumentNumber, entry?.description], [
    "UB-2026-00001",
    "Kurs og møter i Tromsø",
  ]);
  assert.ok(bench.fake.requests.every((request) => !/^POST \$batch/.test(request) || !/NAV/.test(request)));
});

Deno.test("Business Central keeps digits that a float would lose when it posts large amounts", async () => {
  await using bench = await startBench();
  const large = expense(1, {
    lines: [{ account: "6860", debit: "90071992547409.93" }, {
      account: "2910",
      credit: "90071992547409.93",
    }],
  });
  assert.equal(states(await send(bench, [large])), "exported");
  assertPostedOnce(bench, [large]);
});

Deno.test("Business Central posts vouchers of more lines than a batch may hold", async () => {
  await using bench = await startBench();
  const debits = Array.from({ length: 250 }, (_, n) => ({ account: "6860", debit: `${n + 1}.00` }));
  const long = expense(1, { lines: [...debits, { account: "2910", credit: "31375.00" }] });
  bench.fake.state.pageSize = 70;
  assert.equal(states(await send(bench, [long, expense(2)])), "exported exported");
  assertPostedOnce(bench, [long, expense(2)]);
});

for (
  const [what, entry, error] of [
    [
      "it does not balance",
      expense(3, {
        lines: [{ account: "6860", debit: "1.00" }, { account: "2910", credit: "1.01" }],
      }),
      /does not balance/,
    ],
    [
      "it is in another currency",
      expense(3, { currency: "EUR" }),
      /in EUR, but the company's currency is NOK/,
    ],
    [
      "its number is too long",
      { ...expense(3), document_number: "UB-2026-00003-KORRIGERT" },
      /23 characters/,
    ],
    [
      "its number has characters of filters",
      { ...expense(3), document_number: "UB*3" },
      /UB\*3 has characters/,
    ],
    ["it has no number", { ...expense(3), document_number: null }, /no document number/],
    [
      "an amount has three decimals",
      expense(3, {
        lines: [{ account: "6860", debit: "1.001" }, { account: "2910", credit: "1.001" }],
      }),
      /more than two decimals/,
    ],
    [
      "it has the number of another one",
      { ...expense(3), document_number: "ub-2026-00001 " },
      /same document number/,
    ],
    [
      "an account does not exist",
      expense(3, {
        lines: [{ account: "6860", debit: "1.00" }, { account: "9999", credit: "1.00" }],
      }),
      /refused the voucher: The "accountNumber" does not match/,
    ],
    ["its period is closed", expense(3, { posting_date: "2025-12-31" }), /Posting Date is not within/],
  ] as const
) {
  Deno.test(`Business Central takes the others and rejects a voucher when ${what}`, async () => {
    await using bench = await startBench();
    bench.fake.company.closedPeriods.add("2025-12");
    const outcome = await send(bench, [...two, entry]);
    const rejected = outcome.results.find(({ state }) => state === "rejected");
    assert.equal(rejected?.entry_key, entry.entry_key);
    assert.match(rejected?.state === "rejected" ? rejected.error : "", error);
    assert.equal(outcome.failure, undefined);
    assertPostedOnce(bench, two);
    assert.deepEqual(bench.fake.journal.lines, []);
  });
}

Deno.test("Business Central keeps vouchers open and fails for good when each is refused in the same words", async () => {
  await using bench = await startBench();
  bench.fake.company.closedPeriods.add("2026-01");
  const outcome = await send(bench);
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual(failed(outcome), ["permanent", "business_central_refused_all"]);
  assert.deepEqual(bench.fake.journal.lines, []);
});

Deno.test("Business Central rejects what is left of a batch when each is refused in the same words", async () => {
  await using bench = await startBench();
  const lines = [{ account: "9999", debit: "1.00" }, { account: "2910", credit: "1.00" }];
  const bad = [expense(3, { lines }), expense(4, { lines })];
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  await send(bench, [...two, ...bad]);
  await bench.clock.advance(700_000);
  assert.equal(states(await resend(bench, [...two, ...bad])), "exported exported rejected rejected");
});

const lostAfterCommit: readonly Fault[] = [
  { kind: "apply_then_drop" },
  ...[408, 500, 502, 503, 504].map((status) => ({ kind: "apply_then_status", status }) as const),
];
for (const on of ["batch", "post"] as const) {
  for (
    const fault of [...lostAfterCommit, { kind: "drop" }, { kind: "apply_later" }, { kind: "hang" }] as const
  ) {
    const name = "status" in fault ? `${fault.kind} ${fault.status}` : fault.kind;
    Deno.test(`Business Central posts each voucher once when a ${on} is hit by ${name}`, async () => {
      await using bench = await startBench({ timeout_seconds: 1 });
      bench.fake.misbehave({ ...fault, on });
      const first = await send(bench);
      assert.equal(states(first), "unknown unknown");
      assert.deepEqual(failed(first), ["ambiguous", "business_central_outcome_unknown"]);
      assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
      bench.fake.carryOutLate();
      assertPostedOnce(bench, two);
    });
  }
}

Deno.test("Business Central looks a posting up when it is answered with a page instead of a 204", async () => {
  for (
    const fault of [{ kind: "status", status: 200, body: "<html>" }, {
      kind: "apply_then_status",
      status: 200,
    }]
  ) {
    await using bench = await startBench();
    bench.fake.misbehave({ ...fault, on: "post" } as Fault);
    const first = await send(bench);
    assert.equal(states(first), "unknown unknown");
    assert.deepEqual(failed(first), ["ambiguous", "business_central_outcome_unknown"]);
    assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
    assertPostedOnce(bench, two);
  }
});

Deno.test("Business Central completes the lines when a batch was cut short", async () => {
  await using bench = await startBench();
  bench.fake.misbehave({ on: "batch", kind: "apply_part_then_drop", operations: 2 });
  assert.equal(states(await send(bench)), "unknown unknown");
  assert.deepEqual(await sendUntilSettled(bench), exportedBoth);
  assertPostedOnce(bench, two);
});

Deno.test("Business Central waits for what may still be carried out before it sends anything a second time", async () => {
  await using bench = await startBench();
  bench.fake.misbehave({ on: "batch", kind: "apply_later" });
  await send(bench);
  const waiting = await resend(bench);
  assert.deepEqual(failed(waiting), ["ambiguous", "business_central_not_visible"]);
  assert.ok((waiting.failure?.retry_after_seconds ?? 0) > 540);
  bench.fake.carryOutLate();
  // The lines are there now: no need to wait any longer.
  assert.equal(states(await resend(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

Deno.test("Business Central waits from now on when it does not know when something was last sent", async () => {
  await using bench = await startBench();
  const waiting = await resend(bench);
  assert.equal(waiting.failure?.retry_after_seconds, 600);
  await bench.clock.advance(601_000);
  await bench.clock.advance(15_000);
  assert.equal(states(await resend(bench)), "exported exported");
});

Deno.test("Business Central finds in the ledger what shows there only later when the worker was lost", async () => {
  await using bench = await startBench();
  bench.fake.state.visibilityDelay = 10_000;
  bench.fake.misbehave({ on: "post", kind: "apply_then_drop" });
  await send(bench);
  assert.equal(states(await resend(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

Deno.test("Business Central books nothing again when a record of exported entries was lost", async () => {
  await using bench = await startBench();
  await send(bench);
  assert.deepEqual(await send(bench), { results: exportedBoth });
  assertPostedOnce(bench, two);
});

Deno.test("Business Central rejects a voucher when another posting has its number and date", async () => {
  await using bench = await startBench();
  await send(bench);
  const other = expense(1, {
    lines: [{ account: "6540", debit: "5.00" }, { account: "2910", credit: "5.00" }],
  });
  const outcome = await send(bench, [other]);
  assert.match(JSON.stringify(outcome), /already has a posting UB-2026-00001 on 2026-01-12/);
  assertPostedOnce(bench, two);
  const nextYear = expense(1, { posting_date: "2027-01-12" });
  assert.equal(states(await send(bench, [nextYear])), "exported");
});

Deno.test("Business Central removes lines of its own that are not of this batch, or were changed", async () => {
  await using bench = await startBench();
  leave(bench, expense(7), 3);
  leave(bench, expense(1), 1, { amount: 12345n });
  assert.deepEqual(await send(bench), { results: exportedBoth });
  assertPostedOnce(bench, two);
});

Deno.test("Business Central fails for good, in a coordinator's words, when a person's line stands in the journal", async () => {
  await using bench = await startBench();
  leave(bench, expense(7), 1, { lineNumber: 10000 });
  for (const outcome of [await send(bench), await ping(bench)]) {
    const failure = "failure" in outcome ? outcome.failure : undefined;
    assert.deepEqual([failure?.class, failure?.code], ["permanent", "business_central_foreign_lines"]);
    assert.match(failure?.message ?? "", /journal SYNC holds a line that this integration did not write/);
  }
  assert.equal(states(await send(bench)), "pending pending");
  assert.equal(bench.fake.company.ledger.length, 0);
  assert.equal(bench.fake.journal.lines.length, 1);
});

for (const delay of [0, 5000, 60_000]) {
  Deno.test(`Business Central posts each voucher once when a late posting comes amid its lines, visible after ${delay} ms`, async () => {
    await using bench = await startBench();
    bench.fake.state.visibilityDelay = delay;
    const others = [expense(3), expense(4)];
    bench.fake.misbehave({ on: "post", kind: "apply_later" });
    await send(bench);
    assert.equal(states(await resend(bench)), "exported exported");
    // The first voucher has its three lines, and is in balance, when the posting takes what stands there.
    bench.fake.misbehave({ on: "batch", kind: "late_amid", operations: 3 });
    let outcome = await send(bench, others);
    for (let attempt = 0; attempt < 5 && outcome.failure !== undefined; attempt++) {
      await bench.clock.advance((outcome.failure.retry_after_seconds ?? 30) * 1000);
      outcome = await resend(bench, others);
    }
    assert.equal(states(outcome), "exported exported");
    assertPostedOnce(bench, [...two, ...others]);
  });
}

for (const delay of [0, 5000]) {
  for (let number = 1; number <= 7; number++) {
    const name =
      `a late posting comes before request ${number} of the next attempt, visible after ${delay} ms`;
    Deno.test(`Business Central posts each voucher once when ${name}`, async () => {
      await using bench = await startBench();
      bench.fake.state.visibilityDelay = delay;
      bench.fake.misbehave({ on: "post", kind: "apply_later" });
      await send(bench);
      let requests = 0;
      bench.beforeRequest = () => {
        if (++requests === number) bench.fake.carryOutLate();
      };
      assert.equal(states(await resend(bench)), "exported exported");
      assertPostedOnce(bench, two);
    });
  }
}

for (
  const [header, hint] of [["7", 7], [null, 30]] as const
) {
  Deno.test(`Business Central slows down for ${hint} s when a 429 has Retry-After ${header}`, async () => {
    await using bench = await startBench();
    const headers = header === null ? {} : { "retry-after": header };
    bench.fake.misbehave({ on: "batch", kind: "status", status: 429, headers });
    const outcome = await send(bench);
    assert.equal(states(outcome), "pending pending");
    assert.deepEqual([outcome.failure?.class, outcome.failure?.retry_after_seconds], ["rate_limited", hint]);
    assert.equal(states(await send(bench)), "exported exported");
  });
}

Deno.test("Business Central leaves vouchers untouched when it cannot even be read", async () => {
  await using bench = await startBench();
  bench.fake.misbehave({ on: "read", kind: "status", status: 503, headers: { "retry-after": "20" } });
  const outcome = await send(bench);
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual([outcome.failure?.class, outcome.failure?.retry_after_seconds], ["transient", 20]);
});

Deno.test("Business Central refreshes its token before it ends, and once when it is refused", async () => {
  await using bench = await startBench();
  await send(bench, [expense(1)]);
  await send(bench, [expense(2)]);
  assert.equal(bench.fake.tokensIssued, 1);
  await bench.clock.advance(3_300_000);
  await send(bench, [expense(3)]);
  assert.equal(bench.fake.tokensIssued, 2);
  bench.fake.revokeTokens();
  assert.equal(states(await send(bench, [expense(4)])), "exported");
  assert.equal(bench.fake.tokensIssued, 3);
});

for (
  const [what, arrange, code, message] of [
    [
      "the secret is wrong",
      (bench: Bench) => bench.fake.app.client_secret = "new",
      "business_central_sign_in_refused",
      /client secret.*AADSTS7000215/,
    ],
    [
      "the tenant is unknown",
      (bench: Bench) => bench.config.tenant_id = "x",
      "business_central_sign_in_refused",
      /tenant/,
    ],
    [
      "the token is not accepted",
      (bench: Bench) => bench.fake.tokenLifetime = 0,
      "business_central_sign_in_refused",
      /registered in Business Central/,
    ],
    [
      "the app may not",
      (bench: Bench) => bench.fake.misbehave({ on: "api", kind: "status", status: 403 }),
      "business_central_access_refused",
      /permission sets/,
    ],
    [
      "the environment is unknown",
      (bench: Bench) => bench.config.environment = "Sandbox",
      "business_central_not_found",
      /environment/,
    ],
    [
      "the company is unknown",
      (bench: Bench) => bench.config.company = "ACME",
      "business_central_no_company",
      /no company ACME/,
    ],
    [
      "the journal is unknown",
      (bench: Bench) => bench.config.journal = "OTHER",
      "business_central_no_journal",
      /code OTHER/,
    ],
    [
      "the journal has a balancing account",
      (bench: Bench) => bench.fake.journal.balancingAccountNumber = "1920",
      "business_central_balancing_account",
      /twice/,
    ],
    [
      "the journal shows a posting number series",
      (bench: Bench) => {
        bench.fake.state.showsPostingNumberSeries = true;
        bench.fake.journal.postingNumberSeries = "G";
      },
      "business_central_journal_renumbers",
      /posting number series/,
    ],
  ] as const
) {
  Deno.test(`Business Central's ping and export fail for good when ${what}`, async () => {
    for (const use of [ping, send]) {
      await using bench = await startBench();
      arrange(bench);
      const outcome = await use(bench);
      const failure = "failure" in outcome ? outcome.failure : undefined;
      assert.deepEqual([failure?.class, failure?.code], ["permanent", code]);
      assert.match(failure?.message ?? "", message);
      assert.ok(!JSON.stringify(outcome).includes(bench.fake.app.client_id));
      assert.equal("results" in outcome ? states(outcome) : "pending pending", "pending pending");
      assert.equal(bench.fake.company.ledger.length, 0);
    }
  });
}

Deno.test("Business Central finds out by its first posting when a journal renumbers without showing it", async () => {
  await using bench = await startBench();
  bench.fake.journal.postingNumberSeries = "G";
  const outcome = await send(bench);
  // Posted they are, so they are not sent again.
  assert.equal(states(outcome), "exported exported");
  assert.deepEqual(failed(outcome), ["permanent", "business_central_journal_renumbers"]);
  assert.equal(bench.fake.company.ledger.length, 6);
});

Deno.test("Business Central's ping says ok, by ids as by names", async () => {
  await using bench = await startBench();
  bench.fake.company.journals.unshift(newJournal("DEFAULT"));
  assert.deepEqual(await ping(bench), { ok: true });
  Object.assign(bench.config, { company: bench.fake.company.id, journal: bench.fake.journal.id });
  assert.deepEqual(await ping(bench), { ok: true });
  assert.equal(states(await send(bench)), "exported exported");
  assertPostedOnce(bench, two);
});

Deno.test("Business Central's ping says transient when the token endpoint does not answer", async () => {
  await using bench = await startBench();
  bench.fake.misbehave({ on: "token", kind: "drop" });
  const outcome = await ping(bench);
  assert.equal(outcome.ok ? "ok" : outcome.failure.class, "transient");
});

Deno.test("Business Central throws when the lease is lost, and sends nothing more", async () => {
  await using bench = await startBench();
  const lost = new AbortController();
  bench.beforeRequest = () => {
    if (bench.fake.requests.some((request) => request.startsWith("POST $batch"))) {
      lost.abort(new Error("lost"));
    }
  };
  const context = bench.context({ signal: lost.signal });
  const sent = open(bench).export(context, { batch_id, resend: false, entries: two });
  await assert.rejects(bench.run(sent), { message: "lost" });
  assert.equal(bench.fake.company.ledger.length, 0);
});

Deno.test("Business Central begins no write when the slice is over", async () => {
  await using bench = await startBench();
  const context = bench.context({ deadline: bench.clock.elapsed() });
  const outcome = await bench.run(open(bench).export(context, { batch_id, resend: false, entries: two }));
  assert.equal(states(outcome), "pending pending");
  assert.deepEqual(failed(outcome), ["transient", "business_central_time_over"]);
  assert.equal(bench.fake.journal.lines.length, 0);
});
