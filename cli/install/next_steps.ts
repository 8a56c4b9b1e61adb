import type { Host } from "./host.ts";
import type { FileChange } from "./plan_types.ts";

/** What a person does next: something to paste, and where it goes if that is not the shell. */
export interface NextStep {
  readonly paste: string;
  readonly where?: string;
}

const DOCTOR: NextStep = { paste: "SUPABASE_DB_URL='<connection string>' npx sync-scheduler doctor" };

/**
 * What there is to do once the files of an install or an upgrade are written, with the names of this project.
 *
 * @param isFirst Whether the project had no bundle before.
 * @example
 * ```ts ignore
 * const steps = stepsAfterInstall(host, changes, { isFirst: true, ownMembership: false });
 * ```
 */
export function stepsAfterInstall(
  host: Host,
  changes: readonly FileChange[],
  { isFirst, ownMembership }: { isFirst: boolean; ownMembership: boolean },
): NextStep[] {
  const has = (prefix: string) => changes.some(({ path }) => path.startsWith(prefix));
  if (!has("migrations/") && !has("functions/")) return [];
  const adapters = changes.filter(({ path, before }) =>
    before === null && path.endsWith("membership_adapter.sql")
  )
    .map(({ path }) => `supabase/${path}`);
  return [
    ...(adapters.length === 0 ? [] : [{
      paste: `$EDITOR ${adapters.join(" ")}`,
      where: "Say in both functions where your organisations are",
    }]),
    ...pushed(host, has("migrations/")),
    ...(has("functions/") ? [{ paste: "supabase functions deploy integration-sync --use-api" }] : []),
    ...(isFirst ? firstSteps(host, ownMembership) : []),
    DOCTOR,
  ];
}

/**
 * What there is to do once the files of an uninstall are written.
 *
 * @example
 * ```ts ignore
 * const steps = stepsAfterUninstall(host);
 * ```
 */
export function stepsAfterUninstall(host: Host): NextStep[] {
  return [...pushed(host, true), { paste: "supabase functions delete integration-sync" }];
}

/**
 * The steps as they are printed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { showSteps } from "./next_steps.ts";
 *
 * assert.equal(showSteps("/app", [{ paste: "supabase db push" }]), "Next steps, in /app:\n  1. supabase db push");
 * ```
 */
export function showSteps(project: string, steps: readonly NextStep[]): string {
  const lines = steps.map(({ paste, where }, n) => {
    const text = (where === undefined ? paste : `${where}:\n${paste}`).replaceAll("\n", "\n     ");
    return `  ${n + 1}. ${text}`;
  });
  return [`Next steps, in ${project}:`, ...lines].join("\n");
}

function pushed({ projectRef }: Host, hasMigrations: boolean): NextStep[] {
  return [
    ...(projectRef === null ? [{ paste: "supabase link --project-ref '<project ref>'" }] : []),
    ...(hasMigrations ? [{ paste: "supabase db push" }] : []),
  ];
}

function firstSteps({ projectRef, name }: Host, ownMembership: boolean): NextStep[] {
  const ref = projectRef ?? "<project ref>";
  const url = `https://${ref}.supabase.co/functions/v1/integration-sync`;
  const where = "In the SQL editor";
  // An address that has not signed up makes nothing: an organisation without people would be left.
  const organisation = {
    where:
      `${where}, the first organisation and you, who have signed up, as its admin; it returns <organisation>`,
    paste: `with person as (select id from auth.users where email = '<your email>'),
organisation as (insert into public.organizations (name) select ${literal(name)} from person returning id)
insert into public.organization_members (org_id, user_id, role)
select o.id, p.id, 'admin' from organisation o, person p returning org_id;`,
  };
  return [
    { where, paste: `update sync_scheduler.settings set function_url = '${url}';` },
    ...(ownMembership ? [] : [organisation]),
    {
      where:
        "For the next two, with the secret key of the project (dashboard, Settings, API keys), typed hidden",
      paste:
        `export SUPABASE_URL='https://${ref}.supabase.co'; read -rs SUPABASE_SECRET_KEY; export SUPABASE_SECRET_KEY`,
    },
    {
      paste:
        `npx sync-scheduler connect '<organisation>' webhook --config '{"url": "https://<your receiver>"}'`,
    },
    { paste: "npx sync-scheduler credentials set '<organisation>' webhook" },
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
