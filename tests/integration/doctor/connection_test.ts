import assert from "node:assert/strict";
import { explainConnection } from "../../../cli/doctor/connection.ts";
import { task } from "./task.ts";

Deno.test("without a connection the task ends with 3, without a usable address with 2, and never shows the password", async () => {
  for (
    const [url, expected, says] of [
      [
        "postgresql://postgres:hem%23melig@127.0.0.1:1/postgres",
        3,
        /^Nothing listens at 127\.0\.0\.1:1\.\n$/,
      ],
      [
        "postgresql://postgres:hem#melig@127.0.0.1:1/postgres",
        2,
        /^SUPABASE_DB_URL is not a URL of the form /,
      ],
      ["postgresql://postgres:hem%melig@127.0.0.1:1/postgres", 2, /written as %40, %23 or %25\.\n$/],
      ["postgresql://hem%melig:x@127.0.0.1:1/postgres", 2, /written as %40, %23 or %25\.\n$/],
      ["postgresql://postgres:x@hem%melig:1/postgres", 2, /^SUPABASE_DB_URL is not a URL of the form /],
      ["https://hemmelig@example.test", 2, /^SUPABASE_DB_URL is not a URL of the form /],
    ] as const
  ) {
    const { code, output, error } = await task(["doctor"], url);
    assert.deepEqual([code, output], [expected, ""], error);
    assert.match(error, says);
    assert.doesNotMatch(error, /melig/);
  }
  const unset = await task(["doctor"], "");
  assert.equal(unset.code, 2);
  assert.match(unset.error, /^SUPABASE_DB_URL is not set\. /);
});

Deno.test("every refusal of a connection is reported in words, without the password", () => {
  const url = new URL("postgresql://postgres.abc:hem%23melig@db.abcdefgh.supabase.co/postgres");
  for (
    const [code, says] of [
      ["ECONNREFUSED", /^Nothing listens at db\.abcdefgh\.supabase\.co:5432\.$/],
      ["ENOTFOUND", /no host .* session pooler's/],
      ["ENETUNREACH", /no way to .* needs IPv6/],
      ["CONNECT_TIMEOUT", /did not answer within 10 s/],
      ["CONNECTION_CLOSED", /hung up: .*sslmode=require/],
      ["28P01", /does not accept this password of the user postgres\.abc\.$/],
      ["28000", /does not let the user postgres\.abc in: no … for …$/],
      ["3D000", /has no database postgres\.$/],
      ["53300", /no connection left/],
      ["57P03", /is starting or stopping/],
      ["XX000", /^No connection to .*: no … for …$/],
    ] as const
  ) {
    const error = Object.assign(new Error("no hem#melig for hem%23melig"), { code });
    for (const thrown of [error, new AggregateError([error])]) {
      const said = explainConnection(thrown, url);
      assert.match(said, says);
      assert.doesNotMatch(said, /melig/);
    }
  }
});
