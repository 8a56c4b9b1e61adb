/** `init`, answered by a person at a terminal, and without one. */
import assert from "node:assert/strict";
import { askSecret } from "../../../cli/prompts.ts";
import { type InitCommand, runInit } from "../../../cli/install/init.ts";
import { createProject, type Project } from "../../support/hosts/project.ts";
import { runCli } from "./run_cli.ts";
import { CTRL_C, DOWN, ENTER, openTerminal } from "./terminal.ts";

/** Runs `init` at a terminal: types each answer when its question is there. */
async function answered(
  options: InitCommand,
  dialogue: readonly (readonly [question: string, keys: string])[],
): Promise<{ error: Error | null; screen: string }> {
  const terminal = openTerminal();
  const done = runInit(options, terminal).then(() => null, (error: Error) => error);
  for (const [question, keys] of dialogue) await terminal.type(question, keys);
  return { error: await done, screen: terminal.screen() };
}

const WHO = "Who are the organisations";
const WRITE = "Write these files?";

async function unchanged(project: Project, test: () => Promise<void>): Promise<void> {
  const before = await project.files();
  await test();
  assert.deepEqual(await project.files(), before);
}

Deno.test("init shows what it would write, and writes it after a yes", async () => {
  await using project = await createProject();
  const { error, screen } = await answered({ workdir: project.directory }, [[WHO, ENTER], [WRITE, "y"]]);
  assert.equal(error, null);
  assert.match(screen, /supabase\/migrations +\d+ files/);
  assert.match((await project.install()).text, /nothing to do/);
  const again = await answered({ workdir: project.directory }, []);
  assert.equal(again.error, null);
  assert.match(again.screen, /Nothing to do/, "what is installed is not asked for again");
});

Deno.test("init asks whether the project has organisations of its own", async () => {
  await using project = await createProject();
  const { error } = await answered({ workdir: project.directory }, [[WHO, DOWN + ENTER], [WRITE, "y"]]);
  assert.equal(error, null);
  const files = Object.keys(await project.files());
  assert.ok(files.some((path) => path.endsWith("_sync_scheduler_membership_adapter.sql")));
});

Deno.test("init writes nothing without a yes, and nothing after Ctrl-C", async () => {
  await using project = await createProject();
  await unchanged(project, async () => {
    const no = await answered({ workdir: project.directory }, [[WHO, ENTER], [WRITE, "n"]]);
    assert.equal(no.error?.message, "Nothing was changed.");
    const enter = await answered({ workdir: project.directory }, [[WHO, ENTER], [WRITE, ENTER]]);
    assert.equal(enter.error?.message, "Nothing was changed.", "the default is no");
    for (const dialogue of [[[WHO, CTRL_C]], [[WHO, ENTER], [WRITE, CTRL_C]]] as const) {
      const { error } = await answered({ workdir: project.directory }, dialogue);
      assert.equal(error?.message, "Cancelled: nothing was changed.");
      assert.equal(Reflect.get(error, "exitCode"), 130);
    }
  });
});

Deno.test("without a terminal init takes flags, and asks for them", async () => {
  await using project = await createProject();
  await unchanged(project, async () => {
    const { code, out, err } = await runCli(["init", "--workdir", project.directory]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /give --yes/);
  });
  const { code, err } = await runCli(["init", "--yes"], { cwd: project.directory });
  assert.equal(code, 0, err);
  assert.match((await project.install()).text, /nothing to do/);
});

Deno.test("a password is typed unseen", async () => {
  const terminal = openTerminal();
  const asked = askSecret("Password of ola@example.test", "", terminal);
  await terminal.type("Password of", `correct horse${ENTER}`);
  assert.equal(await asked, "correct horse");
  assert.doesNotMatch(terminal.screen(), /horse/);
});
