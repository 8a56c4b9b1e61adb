import assert from "node:assert/strict";
import { readEnvironment } from "../../local/environment.ts";

const read = (variables: Record<string, string>): ReturnType<typeof readEnvironment> =>
  readEnvironment((name) => variables[name]);

Deno.test("the platform is embedded when nothing is given", () => {
  assert.deepEqual(read({ SUPABASE_DB_URL: "" }), { kind: "embedded" });
});

Deno.test("the platform uses the database that is given", () => {
  assert.deepEqual(read({ SUPABASE_DB_URL: "postgres://x" }), {
    kind: "external_database",
    dbUrl: "postgres://x",
    host: "127.0.0.1",
  });
});

Deno.test("the platform uses the whole stack that is given", () => {
  const stack = read({
    SUPABASE_DB_URL: "postgres://x",
    SUPABASE_URL: "http://127.0.0.1:54321",
    SUPABASE_PUBLISHABLE_KEY: "p",
    SUPABASE_SECRET_KEY: "s",
  });
  assert.equal(stack.kind, "full_stack");
});

Deno.test("the platform names what is missing beside SUPABASE_URL", () => {
  assert.throws(() => read({ SUPABASE_URL: "http://x" }), /SUPABASE_DB_URL/);
  assert.throws(() => read({ SUPABASE_URL: "http://x", SUPABASE_DB_URL: "y" }), /SUPABASE_SECRET_KEY/);
});
