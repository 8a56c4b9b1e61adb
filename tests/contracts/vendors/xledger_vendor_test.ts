import assert from "node:assert/strict";
import { until } from "../../../local/wait.ts";
import { type Behaviour, startXledger, type XledgerVendor } from "../../../local/vendors/xledger/server.ts";

const mutation = `mutation ($inputs: [AddGLImportItemsInput!]!) {
  addGLImportItems(inputs: $inputs) { edges { clientId node { dbId } } }
}`;
const journalQuery = `{ journalEntries(first: 2) {
  edges { cursor node { dbId extIdentifier amount } } pageInfo { hasNextPage }
} }`;

interface Answer {
  readonly data?: {
    readonly addGLImportItems?: { readonly edges: { readonly clientId: string | null }[] } | null;
    readonly journalEntries?: {
      readonly edges: { readonly cursor: string; readonly node: Record<string, unknown> }[];
      readonly pageInfo: { readonly hasNextPage: boolean };
    };
  } | null;
  readonly errors?: {
    readonly message: string;
    readonly code?: string;
    readonly extensions?: Record<string, unknown>;
  }[];
}

async function ask(
  vendor: XledgerVendor,
  query: string,
  variables: Record<string, unknown> = {},
  authorization = `token ${vendor.token}`,
): Promise<Answer> {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(vendor.url, { method: "POST", headers: { authorization }, body });
  assert.equal(response.status, 200);
  return await response.json();
}

function inputs(voucher: number, id: string, ...amounts: string[]) {
  return amounts.map((invoiceAmount, index) => ({
    clientId: `${id}.${index + 1}`,
    node: {
      postedDate: "2026-11-23",
      account: { code: "6860" },
      invoiceAmount,
      extIdentifier: `${id}.${index + 1}`,
      trRegNumber: voucher,
    },
  }));
}
const bad = (voucher: number, id: string) =>
  inputs(voucher, id, "1.00", "-1.00").map(({ clientId, node }) => ({
    clientId,
    node: { ...node, account: { code: "9999" } },
  }));

async function withVendor(
  behaviour: Partial<Behaviour>,
  work: (vendor: XledgerVendor, clock: { now: number }) => Promise<void>,
): Promise<void> {
  const clock = { now: Date.parse("2026-11-23T10:00:00Z") };
  await using vendor = await startXledger({ now: () => clock.now, behaviour });
  await work(vendor, clock);
}

Deno.test("the fake Xledger books what balances, and twice what comes twice", async () => {
  await withVendor({}, async (vendor) => {
    const once = inputs(1, "a", "100.10", "-100.10");
    const { data } = await ask(vendor, mutation, { inputs: once });
    assert.deepEqual(data?.addGLImportItems?.edges.map(({ clientId }) => clientId), ["a.1", "a.2"]);
    assert.deepEqual([...vendor.ledger.counts()], [["a.1", 1], ["a.2", 1]]);
    await ask(vendor, mutation, { inputs: once });
    assert.deepEqual([...vendor.ledger.counts()], [["a.1", 2], ["a.2", 2]]);
  });
});

Deno.test("the fake Xledger stages first and imports later", async () => {
  await withVendor({ importDelayMs: 60_000, visibilityDelayMs: 5_000 }, async (vendor, clock) => {
    const staged = "{ glImportItems { edges { node { extIdentifier } } } }";
    const count = async () => JSON.stringify(await ask(vendor, staged)).split("extIdentifier").length - 1;
    await ask(vendor, mutation, { inputs: inputs(1, "a", "1.00", "-1.00") });
    assert.equal(await count(), 0, "not visible yet");
    clock.now += 5_000;
    assert.equal(await count(), 2);
    assert.equal(vendor.ledger.journal.length, 0);
    clock.now += 55_000;
    assert.equal(await count(), 0);
    assert.equal((await ask(vendor, journalQuery)).data?.journalEntries?.edges.length, 0, "nor here yet");
    clock.now += 5_000;
    assert.equal((await ask(vendor, journalQuery)).data?.journalEntries?.edges.length, 2);
  });
});

Deno.test("the fake Xledger keeps back a voucher when it does not balance or an account is bad", async () => {
  await withVendor({}, async (vendor) => {
    await ask(vendor, mutation, { inputs: [...inputs(1, "a", "1.00", "-0.99"), ...bad(2, "b")] });
    assert.equal(vendor.ledger.journal.length, 0);
    assert.deepEqual(vendor.ledger.errors.map(({ message }) => message), [
      "The transaction does not balance: 0.01.",
      "Account 9999 does not exist.",
      "Account 9999 does not exist.",
    ]);
    assert.equal(vendor.ledger.staged.length, 4);
  });
});

for (
  const [atomic, edges, staged] of [[true, null, 0], [false, ["a.1", "a.2"], 2]] as const
) {
  Deno.test(`the fake Xledger takes ${staged} nodes when one voucher of two is refused and atomic is ${atomic}`, async () => {
    const behaviour = { atomic, checksAccounts: "at_mutation", importDelayMs: null } as const;
    await withVendor(behaviour, async (vendor) => {
      const all = [...inputs(1, "a", "1.00", "-1.00"), ...bad(2, "b")];
      const { data, errors } = await ask(vendor, mutation, { inputs: all });
      assert.deepEqual(data?.addGLImportItems?.edges.map(({ clientId }) => clientId) ?? null, edges);
      assert.equal(errors?.[0]?.extensions?.code, "INVALID_VALUE");
      assert.equal(vendor.ledger.staged.length, staged);
    });
  });
}

Deno.test("the fake Xledger refuses more than 500 nodes, floats and fields that it does not have", async () => {
  await withVendor({}, async (vendor) => {
    const many = Array.from({ length: 501 }, (_, number) => inputs(number, "a", "0.00")).flat();
    assert.match((await ask(vendor, mutation, { inputs: many })).errors?.[0]?.message ?? "", /At most 500/);
    const [line] = inputs(1, "a", "1.00");
    const float = [{ ...line, node: { ...line?.node, invoiceAmount: 1.1 } }];
    assert.ok((await ask(vendor, mutation, { inputs: float })).errors);
    assert.match((await ask(vendor, "{ vouchers { id } }")).errors?.[0]?.message ?? "", /Cannot query field/);
    assert.equal(vendor.ledger.staged.length, 0);
  });
});

Deno.test("the fake Xledger wants its token under the scheme `token`", async () => {
  await withVendor({}, async (vendor) => {
    for (const authorization of [`Bearer ${vendor.token}`, "token another", vendor.token]) {
      const { errors } = await ask(vendor, "{ __typename }", {}, authorization);
      assert.match(errors?.[0]?.message ?? "", /^Bad format for API Token/);
    }
  });
});

Deno.test("the fake Xledger pages with cursors", async () => {
  await withVendor({}, async (vendor) => {
    await ask(vendor, mutation, { inputs: inputs(1, "a", "1.00", "1.00", "-2.00") });
    const first = (await ask(vendor, journalQuery)).data?.journalEntries;
    assert.deepEqual([first?.edges.length, first?.pageInfo.hasNextPage], [2, true]);
    const after = journalQuery.replace("first: 2", `first: 2, after: "${first?.edges[1]?.cursor}"`);
    const second = (await ask(vendor, after)).data?.journalEntries;
    assert.deepEqual([second?.edges[0]?.node.amount, second?.pageInfo.hasNextPage], ["-2.00", false]);
  });
});

Deno.test("the fake Xledger answers 200 and a code when more than 20 requests come within 5 s", async () => {
  await withVendor({}, async (vendor, clock) => {
    const code = async () => (await ask(vendor, "{ __typename }")).errors?.[0]?.code;
    for (let request = 0; request < 20; request++) assert.equal(await code(), undefined);
    assert.equal(await code(), "BAD_REQUEST.BURST_RATE_LIMIT_REACHED");
    clock.now += 5_001;
    assert.equal(await code(), undefined);
  });
});

Deno.test("the fake Xledger answers 200 and a code when too many requests are open", async () => {
  await withVendor({ concurrency: 1 }, async (vendor) => {
    vendor.misbehave({ kind: "hold" });
    const held = ask(vendor, "{ __typename }");
    await until("the request is held", () => vendor.requests.length === 1);
    const { errors } = await ask(vendor, "{ __typename }");
    assert.equal(errors?.[0]?.code, "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED");
    vendor.release();
    assert.equal((await held).errors, undefined);
  });
});

Deno.test("the fake Xledger answers 200, a code and a time when the credits are used up", async () => {
  await withVendor({ credits: 1 }, async (vendor, clock) => {
    vendor.behaviour.creditsResetAt = clock.now + 60_000;
    const error = async () => (await ask(vendor, "{ __typename }")).errors?.[0];
    assert.equal(await error(), undefined);
    const { code, extensions } = await error() ?? {};
    assert.deepEqual([code, extensions?.resetAt], [
      "BAD_REQUEST.INSUFFICIENT_CREDITS",
      "2026-11-23T10:01:00.000Z",
    ]);
    clock.now += 60_000;
    assert.equal(await error(), undefined);
  });
});

for (
  const [kind, staged] of [["drop", 0], ["apply_then_drop", 2], ["apply_part_then_drop", 1]] as const
) {
  Deno.test(`the fake Xledger has staged ${staged} of 2 nodes when the test asks for ${kind}`, async () => {
    await withVendor({ importDelayMs: null }, async (vendor) => {
      vendor.misbehave(kind === "apply_part_then_drop" ? { kind, nodes: 1 } : { kind });
      await assert.rejects(ask(vendor, mutation, { inputs: inputs(1, "a", "1.00", "-1.00") }));
      assert.equal(vendor.ledger.staged.length, staged);
      await ask(vendor, "{ __typename }");
    });
  });
}
