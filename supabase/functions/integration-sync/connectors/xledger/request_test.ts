import assert from "node:assert/strict";
import { createSecrets } from "../../core/secrets.ts";
import { testContext } from "../../testing/connector_context.ts";
import { parseXledgerConfig } from "./config.ts";
import { askXledger, type XledgerAnswer } from "./request.ts";

async function answered(response: Response): Promise<XledgerAnswer> {
  const secrets = createSecrets({ token: "a-token-of-the-test" });
  const context = testContext({ fetch: () => Promise.resolve(response), secrets });
  const link = { context, config: parseXledgerConfig({}), credentials: { token: "a-token-of-the-test" } };
  return await askXledger(link, "{ __typename }");
}

const unknownWords = { errors: [{ message: "No a-token-of-the-test here." }] };
const burst = { errors: [{ message: "m", code: "BAD_REQUEST.BURST_RATE_LIMIT_REACHED" }] };
const retryAfter = { "retry-after": "90" };

for (
  const [what, response, expected] of [
    ["a 401 in words of its own", () => Response.json(unknownWords, { status: 401 }), [
      "permanent",
      "xledger_access_refused",
      null,
      false,
    ]],
    ["a 403 in words of its own", () => Response.json(unknownWords, { status: 403 }), [
      "permanent",
      "xledger_access_refused",
      null,
      false,
    ]],
    [
      "a 429 in words of its own",
      () => Response.json(unknownWords, { status: 429, headers: retryAfter }),
      ["rate_limited", "xledger_rate_limited", 90, true],
    ],
    ["a 429 that names its limit", () => Response.json(burst, { status: 429 }), [
      "rate_limited",
      "xledger_busy",
      5,
      false,
    ]],
    ["a 400 in words of its own", () => Response.json(unknownWords, { status: 400 }), [
      "ambiguous",
      "xledger_outcome_unknown",
      null,
      true,
    ]],
    ["a 503 that names a limit", () => Response.json(burst, { status: 503, headers: retryAfter }), [
      "ambiguous",
      "xledger_outcome_unknown",
      90,
      true,
    ]],
    ["a page", () => new Response("<html>Maintenance</html>"), [
      "ambiguous",
      "xledger_malformed_answer",
      null,
      true,
    ]],
    ["neither data nor errors", () => Response.json({}), [
      "ambiguous",
      "xledger_malformed_answer",
      null,
      true,
    ]],
    ["more than 4 MiB", () => Response.json({ data: "x".repeat(4 * 1024 * 1024) }), [
      "ambiguous",
      "xledger_malformed_answer",
      null,
      true,
    ]],
  ] as const
) {
  Deno.test(`askXledger says ${expected[1]} when it is answered with ${what}`, async () => {
    const { data, fault } = await answered(response());
    assert.equal(data, null);
    const { class: errorClass, code, retry_after_seconds, message } = fault?.failure ?? assert.fail();
    assert.deepEqual([errorClass, code, retry_after_seconds, fault?.maybeTaken], expected);
    assert.ok(!message.includes("a-token-of-the-test"));
  });
}

Deno.test("askXledger hands on what was taken despite an error", async () => {
  const { data, fault } = await answered(Response.json({ data: { a: 1 }, ...burst }));
  assert.deepEqual([data, fault?.failure.class], [{ a: 1 }, "rate_limited"]);
});
