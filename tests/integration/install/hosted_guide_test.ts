/** The section "Into your project" of docs/installing.md, command by command, as far as that is possible without a hosted project. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startPlatform } from "../../../local/platform.ts";
import { until } from "../../../local/wait.ts";
import { root } from "../../../tools/run_deno.ts";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createPeople, PASSWORD } from "../../support/people.ts";
import { runCli } from "../cli/run_cli.ts";
import { createProject } from "../../support/hosts/project.ts";
import { apiClient } from "../../support/tenant.ts";

const MARK = "# needs a hosted project";
const ORG = "0e000000-0000-4000-8000-000000000001";

/** The fenced blocks of the section. */
async function guide(language: string): Promise<string[]> {
  const page = await Deno.readTextFile(join(root, "docs", "installing.md"));
  const section = /^## Into your project\n([^]*?)^## /m.exec(page)?.[1] ?? "";
  return [...section.matchAll(/^```(\w+)\n([^]*?)^```/gm)]
    .filter(([, found]) => found === language).map(([, , text = ""]) => text);
}

Deno.test({
  ...embeddedOnly(
    "the hosted guide leads from an empty project to a run that succeeds, with the installed files",
  ),
  fn: async () => {
    await using project = await createProject();
    const [steps = "", last = ""] = await guide("sh");
    const commands = steps.split("\n").filter((line) => line !== "" && !line.endsWith(MARK));
    assert.equal(commands.length, 3, "cd, init and push: what is new here has to be run below");
    const [cd, init, push] = commands;
    assert.equal(cd, "cd my-project");
    assert.equal(init, "npx sync-scheduler init");
    // The command line of this checkout, which the package carries; no person is there to say yes.
    const { code, err } = await runCli(["init", "--yes"], { cwd: project.directory });
    assert.equal(code, 0, err);

    // Its own `supabase db push`: the API reads the schema when it starts.
    assert.equal(push, "supabase db push");
    // The receiver is on this machine.
    await project.write({ "functions/.env": "SYNC_ALLOW_PRIVATE_RECEIVERS=1\n" });
    await using platform = await startPlatform({ projectDirectory: project.directory, seed: false });
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const { admin } = await createPeople(sql, { admin: "admin@host.test" });
    const [setup = ""] = await guide("sql");
    await sql.unsafe(
      setup.replaceAll("<organisation>", ORG).replaceAll("<user>", admin)
        .replace("https://<project ref>.supabase.co/functions/v1", platform.functionsUrl)
        .replace("https://erp.example/entries", platform.receiver.url),
    );
    const client = apiClient(platform);
    const { error } = await client.auth.signInWithPassword({ email: "admin@host.test", password: PASSWORD });
    assert.equal(error, null);
    const target = { org_id: ORG, integration_type: "webhook" };
    const credentials = { signing_secret: `whsec_${btoa("a secret of twenty-four bytes")}` };
    platform.receiver.requireSignature([credentials.signing_secret]);
    const stored = await client.rpc("set_integration_credentials", { ...target, credentials, reason: "New" });
    assert.equal(stored.error, null);
    const { data: run, error: refused } = await client.rpc("trigger_integration_sync", target);
    assert.equal(refused, null);
    const ended = await until("the run has ended", async () => {
      const { data } = await client.from("sync_run_log").select().eq("run_id", run?.run_id ?? "").single();
      return data?.finished_at ? data : false;
    });
    assert.equal(ended.status, "succeeded");

    assert.match(last, /^SUPABASE_DB_URL=<connection string> npx sync-scheduler doctor$/m);
    const report = await runCli(["doctor"], { env: { SUPABASE_DB_URL: platform.adminUrl } });
    assert.equal(report.code, 0, report.err);
    assert.doesNotMatch(report.out, /^FAIL/m);
  },
});
