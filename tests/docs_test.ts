import assert from "node:assert/strict";
import { SYNC_ERRORS } from "../src/rpc-logic/mod.ts";

const WORKER_ERRORS = [
  "run_is_final",
  "invalid_token",
  "already_claimed",
  "attempt_not_current",
  "invalid_worker_request",
];

async function read(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../${file}`, import.meta.url));
}

Deno.test("the README names every error that a client can meet, with its code", async () => {
  const readme = await read("README.md");
  for (const [message, { code }] of Object.entries(SYNC_ERRORS)) {
    if (WORKER_ERRORS.includes(message)) continue;
    const named = readme.split("\n").join(" ");
    assert.match(named, new RegExp(`\`${message}\`\\s*[|(]\\s*\`${code}\``), message);
  }
});

Deno.test("the function's pinned imports are those that the tests run with", async () => {
  const root: Record<string, string> = JSON.parse(await read("deno.json")).imports;
  const own: Record<string, string> =
    JSON.parse(await read("supabase/functions/integration-sync/deno.json")).imports;
  for (const [name, target] of Object.entries(own)) {
    const [, base, path] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
    assert.equal(target, `${root[base ?? ""]}${path ?? ""}`, name);
  }
});
