/**
 * Vouchers that come again, corrected: what left nothing behind is replaced, everything else waits for a person. The
 * vendors' final books are compared, not only states.
 *
 * @module
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { startBusinessCentral } from "../../local/vendors/business_central/business_central.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { startXledger, type XledgerVendor } from "../../local/vendors/xledger/server.ts";
import { until } from "../../local/wait.ts";
import { vouchers } from "../integration/connectors/xledger/tenant.ts";
import { type DeliveredEntry, type OutboxBench, startOutboxBench } from "../support/outbox_bench.ts";

const ignored_fields = { voucher: ["voucher_type"] };

/** Three vouchers. The second one posts to an account, and its amount says which version it is. */
function three(account: string, amount = "2"): DeliveredEntry[] {
  return vouchers(3).map(({ settled: _, ...entry }, index) =>
    index !== 1 ? entry : {
      ...entry,
      payload: {
        ...entry.payload as object,
        lines: [{ account, debit: `${amount}.00` }, { account: "2910", credit: `${amount}.00` }],
      },
    }
  );
}

async function startWebhook(): Promise<[WebhookReceiver, OutboxBench]> {
  const receiver = await startWebhookReceiver();
  const signing_secret = `whsec_${randomBytes(24).toString("base64")}`;
  receiver.requireSignature([signing_secret]);
  return [receiver, await startOutboxBench("webhook", { url: receiver.url }, { signing_secret })];
}

/** What the receiver's books have: how often, and with which amount. */
function webhookBooks(receiver: WebhookReceiver): Record<string, string> {
  return Object.fromEntries(
    [...receiver.ledger].map(([key, { count, payload }]) => {
      const [line] = (payload as { lines: { debit: string }[] }).lines;
      return [key, `${count} x ${line?.debit}`];
    }).toSorted(),
  );
}

const keys = ["expense-0", "expense-1", "expense-2"] as const;
const reject = { kind: "reject", entryKeys: [keys[1]], error: "Account 9999 does not exist." } as const;
const allExported = Object.fromEntries(keys.map((key) => [key, "exported"]));

Deno.test("a voucher that the receiver refused is booked once, corrected, when it is delivered again", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  await bench.deliver(three("9999"));
  receiver.misbehave(reject);
  assert.equal((await bench.run()).entries_failed, 1);
  assert.equal((await bench.deliver(three("5910", "7"))).replaced, 1);
  assert.equal((await bench.run()).entries_done, 1);
  assert.deepEqual(webhookBooks(receiver), {
    [keys[0]]: "1 x 1.10",
    [keys[1]]: "1 x 7.00",
    [keys[2]]: "1 x 3.10",
  });
  assert.deepEqual(await bench.states(), allExported);
});

Deno.test("a voucher for which the receiver refused whole batches is booked once, corrected, when it is delivered again", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  receiver.refuse(({ payloads }) => JSON.stringify(payloads).includes("9999") ? { status: 400 } : null);
  await bench.deliver(three("9999"));
  assert.equal((await bench.run()).entries_failed, 1);
  assert.equal((await bench.deliver(three("5910", "7"))).replaced, 1);
  assert.equal((await bench.run()).entries_done, 1);
  assert.deepEqual(webhookBooks(receiver), {
    [keys[0]]: "1 x 1.10",
    [keys[1]]: "1 x 7.00",
    [keys[2]]: "1 x 3.10",
  });
});

Deno.test("a voucher that our own rules rejected is booked once, corrected, when it is delivered again", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  const [first, second, third] = three("5910");
  assert.ok(first && second && third);
  await bench.deliver([first, third]);
  // Past the door, which would refuse it: as if a rule had come since.
  const unsound = { lines: [{ account: "5910", debit: "7.00" }, { account: "2910", credit: "8.00" }] };
  await bench
    .sql`insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
    values (${bench.integrationId}, ${second.entry_key}, ${second.period}, ${second.document_number},
      ${bench.sql.json(unsound)})`;
  assert.equal((await bench.run()).entries_failed, 1);
  assert.deepEqual(Object.keys(webhookBooks(receiver)), [keys[0], keys[2]]);
  assert.equal((await bench.deliver(three("5910", "7"))).replaced, 1);
  assert.equal((await bench.run()).entries_done, 1);
  assert.deepEqual(webhookBooks(receiver), {
    [keys[0]]: "1 x 1.10",
    [keys[1]]: "1 x 7.00",
    [keys[2]]: "1 x 3.10",
  });
});

Deno.test("a voucher that was taken and refused when it was repeated is not booked twice when it is corrected", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  await bench.deliver(three("5910"));
  // It books the batch, its answer is lost, and it does not know the batch again: "you have sent these".
  receiver.misbehave({ kind: "apply_then_drop" });
  receiver.refuse(({ entryKeys, earlier }) =>
    earlier === 0 ? null : {
      status: 422,
      body: { results: entryKeys.map((entry_key) => ({ entry_key, state: "rejected", error: "Known." })) },
    }
  );
  assert.equal((await bench.run()).entries_failed, 3);
  assert.equal((await bench.deliver(three("5910", "7"))).conflicts, 1);
  assert.equal((await bench.run()).entries_done, 0);
  assert.deepEqual(webhookBooks(receiver), {
    [keys[0]]: "1 x 1.10",
    [keys[1]]: "1 x 2.00",
    [keys[2]]: "1 x 3.10",
  });
  assert.equal((await bench.states())[keys[1]], "rejected, conflict");
});

Deno.test("a voucher that a person has given up is not booked when it is corrected, until the person says so", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  await bench.deliver(three("9999"));
  receiver.misbehave(reject);
  await bench.run();
  await bench.settle(keys[1], "abandon");
  assert.equal((await bench.deliver(three("5910", "7"))).conflicts, 1);
  assert.equal((await bench.deliver(three("5910", "8"))).conflicts, 1);
  await bench.run();
  assert.deepEqual(webhookBooks(receiver), { [keys[0]]: "1 x 1.10", [keys[2]]: "1 x 3.10" });
  await bench.settle(keys[1], "resend");
  await bench.run();
  assert.equal(webhookBooks(receiver)[keys[1]], "1 x 8.00");
});

/** How often Xledger's journal has each voucher, and with which amount. */
function xledgerBooks(vendor: XledgerVendor): Record<string, string> {
  const byNumber = Map.groupBy(vendor.ledger.journal, ({ node }) => String(node.invoiceNumber));
  return Object.fromEntries(
    [...byNumber].map(([number, lines]) => {
      const transactions = new Set(lines.map(({ transactionNumber }) => transactionNumber));
      return [number, `${transactions.size} x ${lines[0]?.amount}`];
    }).toSorted(),
  );
}

const [zero, one, two] = ["UB-2026-00000", "UB-2026-00001", "UB-2026-00002"] as const;

Deno.test("a voucher that Xledger refused waits for its batch, and is booked once, corrected", async () => {
  await using vendor = await startXledger({
    behaviour: { checksAccounts: "at_mutation", importDelayMs: null },
  });
  const config = { url: vendor.url, visibility_seconds: 1, import_wait_seconds: 1, ignored_fields };
  await using bench = await startOutboxBench("xledger", config, { token: vendor.token });
  await bench.deliver(three("9999"));
  const runId = await bench.press();
  await until("Xledger has answered", async () => {
    const states = await bench.states();
    return states[keys[1]] === "rejected" && states[keys[0]] === "unknown" && states[keys[2]] === "unknown";
  }, { timeoutMs: 180_000 });
  // The others are staged and not imported: their batch is open.
  assert.equal((await bench.deliver(three("5910", "7"))).conflicts, 1);
  assert.equal((await bench.states())[keys[1]], "rejected, conflict");
  vendor.behaviour.importDelayMs = 0;
  vendor.ledger.import(Date.now(), true);
  assert.equal((await bench.end(runId)).status, "succeeded");
  assert.deepEqual(xledgerBooks(vendor), { [zero]: "1 x 1.10", [one]: "1 x 7.00", [two]: "1 x 3.10" });
  assert.deepEqual(await bench.states(), allExported);
});

Deno.test("a voucher that Xledger's import refused is not booked twice when it is corrected and a person corrects it there", async () => {
  await using vendor = await startXledger();
  const config = { url: vendor.url, visibility_seconds: 1, ignored_fields };
  await using bench = await startOutboxBench("xledger", config, { token: vendor.token });
  await bench.deliver(three("9999"));
  assert.equal((await bench.run()).entries_failed, 1);
  assert.equal((await bench.deliver(three("5910", "7"))).conflicts, 1);
  await bench.run();
  assert.deepEqual(xledgerBooks(vendor), { [zero]: "1 x 1.10", [two]: "1 x 3.10" });
  // The lines wait in Xledger: a person opens the account and imports them.
  vendor.behaviour.badAccounts = new Set();
  for (const item of vendor.ledger.staged) item.state = "waiting";
  vendor.ledger.import(Date.now(), true);
  await bench.run();
  assert.deepEqual(xledgerBooks(vendor), { [zero]: "1 x 1.10", [one]: "1 x 2.00", [two]: "1 x 3.10" });
});

async function startDynamics() {
  const fake = await startBusinessCentral();
  const { tenant_id, client_id, client_secret } = fake.app;
  const bench = await startOutboxBench("dynamics", {
    tenant_id,
    environment: fake.environment,
    company: fake.company.name,
    journal: fake.journal.code,
    currency: "NOK",
    settle_seconds: 1,
    ignored_fields,
    api_url: fake.url,
    login_url: fake.url,
  }, { client_id, client_secret });
  const books = () => {
    const byNumber = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
    return Object.fromEntries(
      [...byNumber].map(([number, lines]) => [number, new Set(lines.map(({ posting }) => posting)).size])
        .toSorted(),
    );
  };
  return { fake, bench, books };
}

Deno.test("a voucher that Business Central refused is booked once, corrected, when it is delivered again", async () => {
  const { fake, bench, books } = await startDynamics();
  await using _ = fake;
  await using __ = bench;
  fake.company.blockedAccounts.add("7140");
  await bench.deliver(three("7140"));
  assert.equal((await bench.run()).entries_failed, 1);
  assert.deepEqual(fake.journal.lines, []);
  assert.equal((await bench.deliver(three("5910", "7"))).replaced, 1);
  assert.equal((await bench.run()).entries_done, 1);
  assert.deepEqual(books(), { [zero]: 1, [one]: 1, [two]: 1 });
  assert.deepEqual(await bench.states(), allExported);
});

Deno.test("a voucher whose number Business Central has already is not booked under another one when it is corrected", async () => {
  const { fake, bench, books } = await startDynamics();
  await using _ = fake;
  await using __ = bench;
  const [, booked] = three("5910", "2");
  assert.ok(booked);
  await bench.deliver([booked]);
  await bench.run();
  // A backup is restored: the database knows nothing of it. The source has other content by now.
  await bench.sql`delete from public.sync_export_entries where integration_id = ${bench.integrationId}`;
  await bench.deliver(three("5910", "3"));
  assert.equal((await bench.run()).entries_failed, 1);
  const renumbered = three("5910", "4").map((entry) =>
    entry.entry_key === keys[1] ? { ...entry, document_number: "UB-2026-90001" } : entry
  );
  assert.equal((await bench.deliver(renumbered)).conflicts, 1);
  await bench.run();
  assert.deepEqual(books(), { [zero]: 1, [one]: 1, [two]: 1 });
});

Deno.test("a voucher that was withdrawn is not booked until the source readmits it", async () => {
  const [receiver, bench] = await startWebhook();
  await using _ = receiver;
  await using __ = bench;
  await bench.deliver(three("5910"));
  assert.deepEqual(await bench.withdraw([keys[1]]), { withdrawn: 1, refused: [] });
  assert.equal((await bench.run()).entries_done, 2);
  assert.deepEqual((await bench.deliver(three("5910"))).withdrawn, [keys[1]]);
  await bench.run();
  assert.deepEqual(webhookBooks(receiver), { [keys[0]]: "1 x 1.10", [keys[2]]: "1 x 3.10" });
  assert.equal((await bench.deliver(three("5910"), { readmit: true })).replaced, 1);
  await bench.run();
  await bench.deliver(three("5910"), { readmit: true });
  await bench.run();
  assert.deepEqual(webhookBooks(receiver), {
    [keys[0]]: "1 x 1.10",
    [keys[1]]: "1 x 2.00",
    [keys[2]]: "1 x 3.10",
  });
});
