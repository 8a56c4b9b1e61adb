import assert from "node:assert/strict";

Deno.test("without a zone the words are those of this machine's calendar", async () => {
  const source = `import { toRelativeTime } from ${
    JSON.stringify(new URL("../../../src/client/messages/time_words.ts", import.meta.url).href)
  };
    const [instant, now] = ["2026-11-27T22:59Z", "2026-11-28T23:01Z"].map((text) => new Date(text));
    console.log(toRelativeTime(instant, now, "en-GB"));`;
  for (
    const [TZ, words] of [["Europe/Oslo", "2 days ago"], ["UTC", "yesterday"], [
      "Asia/Tokyo",
      "yesterday",
    ]] as const
  ) {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", source],
      env: { TZ, NO_COLOR: "1" },
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), words, new TextDecoder().decode(stderr));
  }
});
