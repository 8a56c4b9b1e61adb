/** The local platform as a developer keeps it running. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { until } from "../../../local/wait.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { read, root, task } from "./task.ts";

Deno.test({
  ...embeddedOnly(
    "deno task dev publishes its URLs and keys, db:reset resets its database, and Ctrl-C takes all away",
  ),
  fn: async () => {
    // A checkout of its own: a developer's own `deno task dev` may be running in this one.
    const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
    for (const folder of ["cli", "local", "src", "supabase"]) {
      await copyDirectory(root + folder, `${checkout}/${folder}`);
    }
    for (const file of ["deno.json", "deno.lock"]) await Deno.copyFile(root + file, `${checkout}/${file}`);
    assert.match((await task(checkout, "db:reset")).text, /No local platform runs in this checkout/);

    const dev = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "local/dev.ts"],
      cwd: checkout,
      stdin: "null",
      stdout: "null",
    }).spawn();
    try {
      const text = await until("the platform is up", () => read(`${checkout}/.local/env`), {
        timeoutMs: 120_000,
      });
      const env = Object.fromEntries(
        text.trim().split("\n").map((line) => line.replaceAll('"', "").split("=", 2)),
      );
      assert.deepEqual(Object.keys(env).sort(), [
        "API_URL",
        "DB_URL",
        "FUNCTIONS_URL",
        "JWT_SECRET",
        "PUBLISHABLE_KEY",
        "SECRET_KEY",
      ]);
      const second = await task(checkout, "dev");
      assert.equal(second.code, 1);
      assert.match(second.text, /is running already/);

      const admin = createClient(env.API_URL, env.SECRET_KEY, { auth: { persistSession: false } });
      const { error } = await admin.from("organizations").insert({ name: "Not in the seed" });
      assert.equal(error, null);
      const reset = await task(checkout, "db:reset");
      assert.equal(reset.code, 0, reset.text);
      const { data } = await admin.from("organizations").select("name").order("name");
      assert.deepEqual(data?.map(({ name }) => name), [
        "Blåbær Økonomi AS",
        "Fjordfisk AS",
        "Ærlig Regnskap ANS",
      ]);
    } finally {
      dev.kill("SIGINT");
      const { code } = await dev.status;
      const left = await read(`${checkout}/.local/env`);
      await Deno.remove(checkout, { recursive: true });
      assert.deepEqual([code, left], [130, null]);
    }
  },
});
