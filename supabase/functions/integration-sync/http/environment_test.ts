import assert from "node:assert/strict";
import { readEnvironment } from "./environment.ts";

const url = "https://project.supabase.co";
const read = (variables: Record<string, string>) => readEnvironment((name) => variables[name]);

for (
  const [what, variables, headers] of [
    ["the key named default", { SUPABASE_SECRET_KEYS: '{"a":"sb_secret_a","default":"sb_secret_d"}' }, {
      apikey: "sb_secret_d",
    }],
    ["the first key when none is named default", { SUPABASE_SECRET_KEYS: '{"a":"sb_secret_a"}' }, {
      apikey: "sb_secret_a",
    }],
    ["the new key when there is a legacy one too", {
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_d"}',
      SUPABASE_SERVICE_ROLE_KEY: "eyJ.legacy",
    }, { apikey: "sb_secret_d" }],
    ["the legacy key when there is no other", { SUPABASE_SERVICE_ROLE_KEY: "eyJ.legacy" }, {
      apikey: "eyJ.legacy",
      authorization: "Bearer eyJ.legacy",
    }],
    ["the legacy key when the others are broken", {
      SUPABASE_SECRET_KEYS: "{",
      SUPABASE_SERVICE_ROLE_KEY: "eyJ.legacy",
    }, { apikey: "eyJ.legacy", authorization: "Bearer eyJ.legacy" }],
  ] as const
) {
  Deno.test(`readEnvironment takes ${what}`, () => {
    assert.deepEqual(read({ SUPABASE_URL: url, ...variables }), { restUrl: `${url}/rest/v1`, headers });
  });
}

Deno.test("readEnvironment joins the path once when SUPABASE_URL ends in a slash", () => {
  const variables = { SUPABASE_URL: "http://127.0.0.1:54321/", SUPABASE_SERVICE_ROLE_KEY: "key" };
  assert.equal(read(variables).restUrl, "http://127.0.0.1:54321/rest/v1");
});

for (
  const [what, variables, named] of [
    ["SUPABASE_URL is missing", { SUPABASE_SERVICE_ROLE_KEY: "hidden" }, "SUPABASE_URL"],
    ["SUPABASE_URL is no address", { SUPABASE_URL: "hidden" }, "SUPABASE_URL"],
    ["no key is there", { SUPABASE_URL: url, SUPABASE_SECRET_KEYS: "{}" }, "SUPABASE_SECRET_KEYS"],
    [
      "a key is no text",
      { SUPABASE_URL: url, SUPABASE_SECRET_KEYS: '{"default":7}' },
      "SUPABASE_SECRET_KEYS",
    ],
  ] as const
) {
  Deno.test(`readEnvironment names the variable but no value when ${what}`, () => {
    assert.throws(
      () => read(variables),
      (error: Error & { code?: string }) =>
        error.code === "function_misconfigured" && error.message.includes(named) &&
        !error.message.includes("hidden"),
    );
  });
}

Deno.test("readEnvironment takes the legacy key when the new one is empty, however short they are", () => {
  const legacy = { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: "l" };
  const empty = read({ ...legacy, SUPABASE_SECRET_KEYS: '{"default":""}' });
  assert.equal(empty.headers["apikey"], "l");
  const short = read({ ...legacy, SUPABASE_SECRET_KEYS: '{"default":"s"}' });
  assert.equal(short.headers["apikey"], "s");
});
