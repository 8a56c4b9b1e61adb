import { resolve } from "node:path";
import process from "node:process";
import { CliError, EXIT, explain } from "../errors.ts";
import { answer, isInteractive, prompts, type Terminal } from "../prompts.ts";
import type { Plan } from "./plan_types.ts";
import { preview, runInstall } from "./run.ts";

/** What was given to `init`. */
export interface InitCommand {
  readonly workdir?: string | undefined;
  readonly withoutMembership?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** Installs with questions. Nothing is written before a person has said yes to what would be written. */
export async function runInit(options: InitCommand, terminal?: Terminal): Promise<void> {
  const { workdir = ".", withoutMembership, yes = false } = options;
  if (yes) return await runInstall({ workdir, withoutMembership, isUpgrade: false });
  if (terminal === undefined && !isInteractive()) {
    throw new CliError(
      "init asks questions, and this is no terminal: give --yes to write without asking, or use `install --dry-run` first.",
      EXIT.usage,
    );
  }
  await ask(options, terminal ?? { input: process.stdin, output: process.stdout });
}

async function ask({ workdir, withoutMembership }: InitCommand, terminal: Terminal): Promise<void> {
  const { confirm, intro, note, outro, select, text } = await prompts();
  intro("Sync Scheduler for Supabase", terminal);
  const project = workdir ?? await answer(text({
    ...terminal,
    message: "Where is your project? The folder that holds supabase/",
    initialValue: ".",
  }));
  // Refuses what is no project before it asks more.
  const found = await preview({ workdir: project, withoutMembership: true }).catch((error: unknown) => {
    // A project that has the bundle's organisations keeps them.
    if (explain(error).includes("--without-membership is for the first install")) return null;
    throw error;
  });
  const ownMembership = withoutMembership ?? (found === null ? false : await answer(select({
    ...terminal,
    message: "Who are the organisations, and who belongs to them?",
    options: [
      { value: false, label: "The bundle brings public.organizations and organization_members" },
      { value: true, label: "The project has its own: two functions say where they are" },
    ],
  })));
  const chosen = { workdir: project, withoutMembership: ownMembership };
  const plan = await preview(chosen);
  if (plan.changes.length === 0) return outro("Nothing to do: the project is up to date.", terminal);
  note(summarise(plan), resolve(project), terminal);
  const isWanted = await answer(confirm({ ...terminal, message: "Write these files?", initialValue: false }));
  if (!isWanted) throw new CliError("Nothing was changed.", EXIT.failed);
  await runInstall({ ...chosen, isUpgrade: false });
  outro("Written. Nothing is applied or deployed yet.", terminal);
}

/** What a plan would write, in a few lines. */
function summarise({ changes }: Plan): string {
  const count = (prefix: string) => changes.filter(({ path }) => path.startsWith(prefix)).length;
  const others = changes.map(({ path }) => path).filter((path) => !/^(migrations|functions)\//.test(path));
  return [
    `supabase/migrations    ${count("migrations/")} files`,
    `supabase/functions     ${count("functions/")} files`,
    ...others.map((path) => `supabase/${path}`),
    "Nothing else is touched, applied or deployed.",
  ].join("\n");
}
