/** What a receiver may write about the entries, however it writes it. */
import assert from "node:assert/strict";
import { answered } from "../../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";

const results = (a: Readonly<Record<string, unknown>>) => [
  { entry_key: "a", ...a },
  { entry_key: "b", state: "exported" },
];

for (const type of ["text/plain", "text/html", "application/problem+json"]) {
  Deno.test(`webhook settles entry by entry when a 200 calls its results ${type}`, async () => {
    const body = ` ${JSON.stringify({ results: results({ state: "rejected", error: "No" }) })}`;
    const response = () => new Response(body, { headers: { "content-type": type } });
    const rejected = { state: "rejected", error: "No", nothing_left: true };
    assert.deepEqual((await answered(response)).results, results(rejected));
  });
}

for (
  const [what, said, expected] of [
    ["a number", { state: "exported", external_id: 4711 }, { state: "exported", external_id: "4711" }],
    ["nothing", { state: "exported", external_id: null }, { state: "exported" }],
    [
      "longer than we keep",
      { state: "exported", external_id: "V".repeat(300) },
      { state: "exported", external_id: "V".repeat(200) },
    ],
    [
      "an object with a message",
      { state: "rejected", error: { code: 7, message: "Period closed" } },
      { state: "rejected", error: "Period closed", nothing_left: true },
    ],
    ["a list", { state: "rejected", error: ["a", "b"] }, {
      state: "rejected",
      error: '["a","b"]',
      nothing_left: true,
    }],
    ["a mere number", { state: "rejected", error: 1042 }, {
      state: "rejected",
      error: "1042",
      nothing_left: true,
    }],
  ] as const
) {
  Deno.test(`webhook settles an entry when its ${said.state === "exported" ? "id" : "error"} is ${what}`, async () => {
    const outcome = await answered(() => Response.json({ results: results(said) }));
    assert.deepEqual(outcome.results, results(expected));
  });
}

Deno.test("webhook keeps every digit of a receiver's number when it is a JSON number", async () => {
  const body = '{"results":[{"entry_key":"a","state":"exported","external_id":12345678901234567890},' +
    '{"entry_key":"b","state":"exported"}]}';
  const headers = { "content-type": "application/json" };
  const outcome = await answered(() => new Response(body, { headers }));
  assert.deepEqual(outcome.results, results({ state: "exported", external_id: "12345678901234567890" }));
});
