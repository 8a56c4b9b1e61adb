import assert from "node:assert/strict";
import { boundFetch, WrongAddressError } from "./bound_fetch.ts";

const targets = [new URL("https://api.example/v2.0/t/e/"), new URL("https://login.example/t/token?x=1")];

for (
  const [url, isSent] of [
    ["https://api.example/v2.0/t/e/", true],
    ["https://api.example/v2.0/t/e/companies?$top=1", true],
    ["https://API.example:443/v2.0/t/e/companies", true],
    ["https://login.example/t/token?x=1", true],
    ["https://login.example/t/token", false],
    ["https://login.example/t/token/more?x=1", false],
    ["https://api.example/v2.0/t/other/", false],
    ["https://api.example/v2.0/t/e/../../x", false],
    ["https://api.example/v2.0/t/e/%2e%2e/x", false],
    ["http://api.example/v2.0/t/e/", false],
    ["https://api.example:8443/v2.0/t/e/", false],
    ["https://api.example.evil.example/v2.0/t/e/", false],
    ["https://user@api.example/v2.0/t/e/", false],
  ] as const
) {
  Deno.test(`a bound fetch ${isSent ? "sends" : "does not send"} to ${url}`, async () => {
    const sent: (RequestRedirect | undefined)[] = [];
    const bound = boundFetch((_input, init) => {
      sent.push(init?.redirect);
      return Promise.resolve(new Response());
    }, targets);
    for (const input of [url, new URL(url), ...(url.includes("user@") ? [] : [new Request(url)])]) {
      const answer = bound(input, { redirect: "follow" });
      if (isSent) await answer;
      else {
        await assert.rejects(
          answer,
          (error) => error instanceof WrongAddressError && error.name === "WrongAddressError",
        );
      }
    }
    assert.deepEqual([...new Set(sent)], isSent ? ["manual"] : [], "and no redirect is followed");
  });
}
