import assert from "node:assert/strict";
import { isAboutEntries } from "./fault.ts";

for (const status of [408, 409, 425, 429]) {
  Deno.test(`a ${status} is not about entries, even when it names one`, () => {
    // Rejecting them would drop entries of a receiver that only asked for a wait, or that has them already.
    assert.equal(isAboutEntries(status, true), false);
  });
}

for (const [status, isAbout] of [[399, false], [400, true], [499, true], [500, false]] as const) {
  Deno.test(`a ${status} that names an entry is ${isAbout ? "" : "not "}about entries`, () => {
    assert.equal(isAboutEntries(status, true), isAbout);
  });
}
