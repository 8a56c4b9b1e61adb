import assert from "node:assert/strict";
import { isSyncErrorMessage, SYNC_ERRORS } from "./error_codes.ts";

Deno.test("every error's HTTP status is the one that its SQLSTATE makes PostgREST send", () => {
  for (const [message, { code, status }] of Object.entries(SYNC_ERRORS)) {
    assert.equal(code, `PT${status}`, message);
    assert.ok(status >= 400 && status <= 599, message);
  }
});

Deno.test("every message is a snake_case word and every description one sentence", () => {
  for (const [message, { description }] of Object.entries(SYNC_ERRORS)) {
    assert.match(message, /^[a-z]+(_[a-z]+)*$/);
    assert.match(description, /^[A-Z].*\.$/, message);
  }
});

Deno.test("isSyncErrorMessage refuses what only Object.prototype knows", () => {
  assert.equal(isSyncErrorMessage("not_authorized"), true);
  for (const other of ["", "constructor", "toString", "__proto__", "NOT_AUTHORIZED"]) {
    assert.equal(isSyncErrorMessage(other), false, other);
  }
});
