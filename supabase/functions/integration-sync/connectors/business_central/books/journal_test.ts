import assert from "node:assert/strict";
import { testContext } from "../../../testing/connector_context.ts";
import type { BusinessCentralClient } from "../api/client.ts";
import { BusinessCentralFault } from "../fault.ts";
import { type JournalLines, openJournal, type StandingLine } from "./journal.ts";
import { voucher } from "../testing/books.ts";

const lines = ["a", "b", "c"].map((id): StandingLine => ({
  id,
  "@odata.etag": `W/"${id}"`,
  lineNumber: 5001,
  accountNumber: "6860",
  postingDate: "2026-11-23",
  documentNumber: "UB-1",
  amount: "1",
  description: "",
  taxCode: null,
  dimensions: [],
}));

/** A journal whose `$batch` has these answers to its operations; those that are missing are skipped. */
function journalThatAnswers(...answers: { status: string; body?: unknown }[]): JournalLines {
  const responses = answers.map((answer, index) => ({ id: String(index), ...answer }));
  const unused = () => assert.fail();
  const client: BusinessCentralClient = {
    list: unused,
    read: unused,
    reach: unused,
    write: () => Promise.resolve({ responses }),
  };
  const place = { companyPath: "", journalPath: "", journalCode: "SYNC" };
  return openJournal(client, place, testContext(), () => Promise.resolve());
}

async function remove(...statuses: string[]): Promise<string[]> {
  const journal = journalThatAnswers(...statuses.map((status) => ({ status })));
  return (await journal.remove(lines)).map(({ id }) => id);
}

Deno.test("a batch says which of its operations were done when some were refused or skipped", async () => {
  assert.deepEqual(await remove("204", "204", "204"), []);
  assert.deepEqual(await remove("204", "412", "404"), ["b", "c"]);
  assert.deepEqual(await remove("204"), ["b", "c"]);
});

for (
  const [statuses, errorClass, isDoubtful] of [
    [["204", "429", "429"], "rate_limited", false],
    [["204", "429", "504"], "ambiguous", true],
    [["409", "503", "204"], "ambiguous", true],
    [["404", "409"], "ambiguous", true],
    [["404", "425"], "transient", false],
  ] as const
) {
  Deno.test(`a batch is ${isDoubtful ? "" : "not "}in doubt when its operations are answered ${statuses.join(", ")}`, async () => {
    await assert.rejects(remove(...statuses), (error) => {
      assert.ok(error instanceof BusinessCentralFault);
      assert.deepEqual([error.failure.class, error.isDoubtful], [errorClass, isDoubtful]);
      return true;
    });
  });
}

/** Inserts a voucher whose second line has this answer, and says why it was refused. */
async function insert(status: string, body?: unknown): Promise<string | undefined> {
  const journal = journalThatAnswers({ status: "201" }, { status, body });
  const { refused } = await journal.insert(voucher.lines.map((line) => ({ voucher, line })));
  return refused.get(voucher.entry_key);
}

for (const status of ["400", "404", "412", "418"]) {
  Deno.test(`an operation refuses its voucher when Business Central itself answers ${status}`, async () => {
    const body = { error: { code: "Application_DialogException", message: "No." } };
    assert.equal(await insert(status, body), "Business Central refused the voucher: No.");
  });

  for (const body of [undefined, "<html></html>"]) {
    Deno.test(`an operation refuses no voucher when it is answered ${status} with ${body ?? "nothing"}`, async () => {
      await assert.rejects(insert(status, body), (error) => {
        assert.ok(error instanceof BusinessCentralFault);
        assert.deepEqual([error.failure.class, error.refusal], ["permanent", null]);
        assert.ok(error.message.includes(`status ${status}`), error.message);
        return true;
      });
    });
  }
}
