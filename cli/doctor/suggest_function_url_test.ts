import assert from "node:assert/strict";
import { suggestFunctionUrl } from "./suggest_function_url.ts";

const ref = "abcdefghijklmnopqrst";
const hosted = `https://${ref}.supabase.co/functions/v1/integration-sync`;
const gateway = "http://kong:8000/functions/v1/integration-sync";

for (
  const [what, stack, expected] of [
    ["a hosted project", {
      databaseUrl: `postgresql://postgres:x@db.${ref}.supabase.co/postgres`,
      serverAddress: "10.0.0.1",
    }, hosted],
    [
      "a hosted project behind its pooler",
      {
        databaseUrl: `postgresql://postgres.${ref}:x@aws-0-eu-north-1.pooler.supabase.com/postgres`,
        serverAddress: null,
      },
      hosted,
    ],
    ["a host that names no project", {
      databaseUrl: "postgresql://db.example.test/postgres",
      serverAddress: "10.0.0.1",
    }, hosted.replace(ref, "<project ref>")],
    ["supabase start", {
      databaseUrl: "postgresql://postgres@127.0.0.1:54322/postgres",
      serverAddress: "172.18.0.5",
    }, gateway],
    [
      "supabase start, although SUPABASE_URL names a port of this machine",
      {
        databaseUrl: "postgresql://postgres@localhost:54322/postgres",
        serverAddress: "172.18.0.5",
        apiUrl: "http://127.0.0.1:54321",
      },
      gateway,
    ],
    [
      "a server on this machine",
      {
        databaseUrl: "postgresql://postgres@127.0.0.1:5432/postgres",
        serverAddress: "127.0.0.1",
        apiUrl: "http://127.0.0.1:54321/",
      },
      "http://127.0.0.1:54321/functions/v1/integration-sync",
    ],
    [
      "a server on this machine whose API is not known",
      { databaseUrl: "postgresql://postgres@[::1]:5432/postgres", serverAddress: "::1" },
      "http://127.0.0.1:<port of the API>/functions/v1/integration-sync",
    ],
    [
      "a custom domain",
      {
        databaseUrl: `postgresql://postgres:x@db.${ref}.supabase.co/postgres`,
        serverAddress: null,
        apiUrl: "https://api.example.test",
      },
      "https://api.example.test/functions/v1/integration-sync",
    ],
  ] as const
) {
  Deno.test(`suggestFunctionUrl gives the form of ${what}`, () =>
    assert.equal(suggestFunctionUrl(stack), expected));
}
