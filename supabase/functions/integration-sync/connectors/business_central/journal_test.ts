import assert from "node:assert/strict";
import { testContext } from "../../testing/connector_context.ts";
import type { BusinessCentralClient } from "./client.ts";
import { BusinessCentralFault } from "./fault.ts";
import { openJournal, type StandingLine } from "./journal.ts";

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

/** Removes three lines, whose operations are answered with these statuses; those that are missing are skipped. */
async function remove(...statuses: string[]): Promise<string[]> {
  const responses = statuses.map((status, index) => ({ id: String(index), status }));
  const unused = () => assert.fail();
  const client: BusinessCentralClient = {
    list: unused,
    read: unused,
    reach: unused,
    write: () => Promise.resolve({ responses }),
  };
  const place = { companyPath: "", journalPath: "", journalCode: "SYNC" };
  const journal = openJournal(client, place, testContext(), () => Promise.resolve());
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
    [["404", "409"], "transient", false],
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
