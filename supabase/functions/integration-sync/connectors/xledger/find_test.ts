import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import { parseXledgerConfig } from "./config.ts";
import { findVouchers, type Sight } from "./find.ts";
import { sendVouchers, type Sent } from "./send.ts";
import type { Prepared } from "./voucher.ts";

type Rows = Readonly<Record<string, readonly Record<string, unknown>[]>>;

/** Xledger with these rows; every mutation is refused for a value. `sent` has the lines of each. */
function xledger(rows: Rows): { fetch: typeof fetch; sent: string[][] } {
  const sent: string[][] = [];
  return {
    sent,
    fetch: async (_url, init) => {
      const { query, variables } = await new Response(init?.body ?? null).json();
      if (query.startsWith("mutation")) {
        sent.push(variables.inputs.map(({ clientId }: { clientId: string }) => clientId));
        const errors = [{ message: "No such account.", code: "BAD_REQUEST.INVALID_VALUE" }];
        return Response.json({ data: { addGLImportItems: { edges: [] } }, errors });
      }
      const connection = (["glImportItemErrors", "glImportItems", "journalEntries"] as const)
        .find((name) => query.includes(`${name}(`)) ?? "";
      const edges = (rows[connection] ?? []).map((node, n) => ({ cursor: `${n}`, node }));
      return Response.json({ data: { [connection]: { edges, pageInfo: { hasNextPage: false } } } });
    },
  };
}

function voucher(name: string, lines = 1): Prepared {
  return {
    entry: { entry_key: name, period: "2026-01", document_number: null, payload: {}, settled: false },
    ids: Array.from({ length: lines }, (_, n) => `0${name}.${n + 1}`),
    nodes: Array.from({ length: lines }, () => ({})),
    characters: 1,
  };
}

async function sightOf(rows: Rows, lines = 1): Promise<Sight | undefined> {
  const link = {
    context: testContext({ fetch: xledger(rows).fetch }),
    config: parseXledgerConfig({}),
    credentials: { token: "a" },
  };
  const found = await findVouchers(link, [voucher("a", lines)]);
  assert.ok("sights" in found);
  return found.sights.get("a");
}

const glImportItems = [{ dbId: 7, extIdentifier: "0a.1" }];
const error = { link: 7, message: "No such account." };

Deno.test("a voucher is refused when its import says an error", async () => {
  const glImportItemErrors = [{ ...error, errorLevel: { name: "Error" } }];
  assert.equal((await sightOf({ glImportItems, glImportItemErrors }))?.kind, "refused");
  assert.equal((await sightOf({ glImportItems, glImportItemErrors: [error] }))?.kind, "refused");
});

for (const name of ["Warning", "Info"]) {
  Deno.test(`a voucher is on its way when its import says no more than ${name}`, async () => {
    // Xledger imports it all the same: rejected, a person would send it a second time.
    const glImportItemErrors = [{ ...error, errorLevel: { name } }];
    assert.deepEqual(await sightOf({ glImportItems, glImportItemErrors }), {
      kind: "staged",
      isComplete: true,
      external_id: "7",
    });
  });
}

Deno.test("a voucher is staged in part when the journal or the import lacks one of its lines", async () => {
  assert.deepEqual(await sightOf({ glImportItems }, 2), {
    kind: "staged",
    isComplete: false,
    external_id: "7",
  });
});

Deno.test("a voucher is imported when the journal shows all of its lines, and missing when nothing shows one", async () => {
  const journalEntries = ["0a.1", "0a.2"].map((extIdentifier, n) => ({
    dbId: 70 + n,
    extIdentifier,
    transactionNumber: 12,
  }));
  assert.equal((await sightOf({ journalEntries }, 2))?.kind, "imported");
  assert.equal((await sightOf({ journalEntries: journalEntries.slice(1) }, 2))?.kind, "staged");
  assert.equal((await sightOf({}, 2))?.kind, "missing");
});

Deno.test("sendVouchers sends none a second time that a look finds after a refusal", async () => {
  const { fetch, sent } = xledger({ glImportItems });
  const link = {
    context: testContext({ fetch }),
    config: parseXledgerConfig({}),
    credentials: { token: "a" },
  };
  const all: Sent = { staged: [], reasons: new Map(), results: [], failure: null };
  await sendVouchers(link, [voucher("a"), voucher("b")], all);
  // Voucher a is there in spite of the refusal. Sent again, it would be booked twice.
  assert.deepEqual(sent, [["0a.1", "0b.1"], ["0b.1"]]);
  assert.deepEqual(all.staged.map(({ entry }) => entry.entry_key), ["a"]);
  assert.deepEqual(all.results.map(({ entry_key, state }) => [entry_key, state]), [["b", "rejected"]]);
});

Deno.test("a look gives up when its pages have no end", async () => {
  let pages = 0;
  const context = testContext({
    fetch: () => {
      // More than enough, so that a look without a limit ends as well.
      const hasNextPage = ++pages < 80;
      const edges = [{ cursor: `${pages}`, node: { dbId: pages, extIdentifier: `f.${pages}` } }];
      return Promise.resolve(
        Response.json({ data: { glImportItems: { edges, pageInfo: { hasNextPage } } } }),
      );
    },
  });
  const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
  const found = await findVouchers(link, [voucher("a")]);
  assert.equal("fault" in found && found.fault.failure.code, "xledger_malformed_answer");
  assert.equal(pages, 50);
});
