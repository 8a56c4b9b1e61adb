/** The embedded platform's own promises: crashes are survived, and nothing stays behind. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startPlatform } from "../../../local/platform.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { portAnswers, until } from "../../../local/wait.ts";
import { startHttpProbe } from "../../support/servers/http_probe.ts";

const CHILD = fileURLToPath(new URL("./platform_child.ts", import.meta.url));
const STUB = fileURLToPath(new URL("./stub_function/", import.meta.url));

Deno.test({
  ...embeddedOnly("loses queued requests in a crash, counts from 1 again and keeps working after it"),
  async fn() {
    await using probe = await startHttpProbe();
    await using platform = await startPlatform({ migrate: false, functionDirectory: STUB });
    const sql = postgres(platform.dbUrl, { max: 2, onnotice: () => {} });
    await sql`create extension pg_net with schema extensions`;
    await sql`create extension pg_cron`;
    await sql`create table public.beat (at timestamptz)`;
    await sql`select cron.schedule('beat', '1 second', 'insert into public.beat values (now())')`;
    await sql`select net.http_post(${probe.url + "/held"})`;
    await until("the request in flight", () => probe.seen.length === 1);
    await sql`select net.http_post(${probe.url + "/ok?queued"})`;

    await platform.postgres?.kill9();
    await platform.postgres?.restart();

    await until("the database", async () => {
      return (await sql`select from net.http_request_queue limit 1`.catch(() => null)) !== null;
    });
    await sql`truncate public.beat`;
    const [row] = await sql`select net.http_post(${probe.url + "/ok?after"}, '{}')::int as id`;
    assert.equal(row?.id, 1);
    await until(
      "the response",
      async () => (await sql`select from net._http_response where id = 1`).length === 1,
    );
    await until("the job's next run", async () => (await sql`select from public.beat`).length > 0);
    assert.deepEqual(probe.seen.map((request) => request.path), ["/held", "/ok?after"]);
    await sql.end();
  },
});

Deno.test({
  ...embeddedOnly("answers 503 for a function that is down, and reaches it again after a restart"),
  async fn() {
    await using platform = await startPlatform({ migrate: false, functionDirectory: STUB });
    const call = async (): Promise<Response> => {
      const response = await fetch(`${platform.functionsUrl}/integration-sync/deep?x=1`, {
        method: "POST",
        body: "hi",
      });
      return response;
    };
    const first = await call();
    assert.equal(first.status, 202);
    assert.deepEqual(await first.json(), {
      path: "/integration-sync/deep",
      search: "?x=1",
      body: "hi",
      canRead: false,
    });
    await platform.edgeFunction.kill();
    const down = await call();
    assert.equal(down.status, 503);
    await down.body?.cancel();
    await platform.edgeFunction.restart();
    const again = await call();
    assert.equal(again.status, 202);
    await again.body?.cancel();
  },
});

const ENDS = {
  SIGINT: "SIGINT",
  SIGTERM: "SIGTERM",
  SIGKILL: "SIGKILL",
  SIGUSR2: "an uncaught error",
} as const;
for (const [signal, end] of Object.entries(ENDS)) {
  Deno.test({
    ...embeddedOnly(`leaves no process, port or directory behind after ${end}`),
    async fn() {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", CHILD, STUB],
        stdin: "null",
        stdout: "piped",
        stderr: signal === "SIGUSR2" ? "null" : "inherit",
      }).spawn();
      let text = "";
      for await (const chunk of child.stdout) {
        text += new TextDecoder().decode(chunk);
        if (text.includes("\n")) break;
      }
      const left = JSON.parse(text) as { scratch: string; ports: number[] };
      for (const port of left.ports) assert.ok(await portAnswers(port));
      child.kill(signal as Deno.Signal);
      const status = await child.status;
      if (signal === "SIGINT") assert.equal(status.code, 130);
      await until("the directory to be gone", () => Deno.stat(left.scratch).then(() => false, () => true));
      for (const port of left.ports) {
        await until(`port ${port} to be free`, async () => !await portAnswers(port));
      }
    },
  });
}
