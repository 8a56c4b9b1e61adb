import assert from "node:assert/strict";
import { readEnvironment } from "./environment.ts";

const read = (variables: Record<string, string>): ReturnType<typeof readEnvironment> =>
  readEnvironment((name) => variables[name]);

Deno.test("the platform is embedded when nothing is given", () => {
  assert.deepEqual(read({ SUPABASE_DB_URL: "" }), { kind: "embedded" });
});

Deno.test("the platform uses the database that is given", () => {
  assert.deepEqual(read({ SUPABASE_DB_URL: "postgres://127.0.0.1/x" }), {
    kind: "external_database",
    dbUrl: "postgres://127.0.0.1/x",
    host: "127.0.0.1",
  });
});

Deno.test("the platform uses the whole stack that is given", () => {
  const stack = read({
    SUPABASE_DB_URL: "postgres://127.0.0.1/x",
    SUPABASE_URL: "http://127.0.0.1:54321",
    SUPABASE_PUBLISHABLE_KEY: "p",
    SUPABASE_SECRET_KEY: "s",
    SYNC_LOCAL_HOST: "host.docker.internal",
  });
  assert.deepEqual(stack, {
    kind: "full_stack",
    dbUrl: "postgres://127.0.0.1/x",
    host: "host.docker.internal",
    apiUrl: "http://127.0.0.1:54321",
    publishableKey: "p",
    secretKey: "s",
  });
});

Deno.test("the platform names what is missing when SUPABASE_URL is set", () => {
  assert.throws(() => read({ SUPABASE_URL: "http://x" }), /SUPABASE_DB_URL/);
  assert.throws(
    () => read({ SUPABASE_URL: "http://x", SUPABASE_DB_URL: "postgres://localhost/y" }),
    /SUPABASE_SECRET_KEY/,
  );
});

Deno.test("the platform leaves a database on another machine alone unless the variable allows it", () => {
  const remote = { SUPABASE_DB_URL: "postgres://db.example.test/postgres" };
  assert.throws(() => read(remote), /names db.example.test.*SYNC_ALLOW_REMOTE_DATABASE=1/);
  assert.equal(read({ ...remote, SYNC_ALLOW_REMOTE_DATABASE: "1" }).kind, "external_database");
  assert.throws(() => read({ SUPABASE_DB_URL: "y" }), /SUPABASE_DB_URL is not a URL of the form postgresql:/);
});
