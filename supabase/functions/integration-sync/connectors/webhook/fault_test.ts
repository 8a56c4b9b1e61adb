import assert from "node:assert/strict";
import { checkOutcome, isAboutEntries, statusFault } from "./fault.ts";

const statuses = Array.from({ length: 500 }, (_, n) => n + 100).filter((status) =>
  status < 200 || status > 299
);

Deno.test("a status whose class is not permanent is not about entries, even when it names one", () => {
  // Rejecting them would drop entries of a receiver that only asked for a wait, or that has them already.
  for (const status of statuses) {
    if (statusFault(status, null).class !== "permanent") {
      assert.equal(isAboutEntries(status, true), false, `${status}`);
    }
  }
});

Deno.test("a failed check has nothing in doubt, and says the status of a receiver that asks for a wait", () => {
  for (const status of statuses) {
    const outcome = checkOutcome(status, 7);
    if (outcome.ok) continue;
    const { class: errorClass, message, retry_after_seconds } = outcome.failure;
    assert.notEqual(errorClass, "ambiguous", `${status}`);
    assert.ok(message.includes(`${status}`), message);
    assert.equal(retry_after_seconds, errorClass === "permanent" ? null : 7, `${status}`);
  }
});

for (const [status, isAbout] of [[399, false], [400, true], [499, true], [500, false]] as const) {
  Deno.test(`a ${status} that names an entry is ${isAbout ? "" : "not "}about entries`, () => {
    assert.equal(isAboutEntries(status, true), isAbout);
  });
}
