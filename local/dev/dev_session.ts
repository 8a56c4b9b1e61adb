import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { processStart } from "../lifecycle/processes.ts";

const DIRECTORY = fileURLToPath(new URL("../../.local/", import.meta.url));
const SESSION = join(DIRECTORY, "dev.json");
const ENV = join(DIRECTORY, "env");

/** What other tasks of the same checkout need to find its running platform. */
export interface DevSession {
  readonly pid: number;
  readonly start: string;
  /** Where the platform takes orders; null while it starts. */
  readonly control: { readonly url: string; readonly secret: string } | null;
}

/** The running platform of this checkout, or null; what a killed one left behind does not count. */
export async function readDevSession(): Promise<DevSession | null> {
  const text = await Deno.readTextFile(SESSION).catch(() => "");
  if (text === "") return null;
  const session = JSON.parse(text) as DevSession;
  return await processStart(session.pid) === session.start ? session : null;
}

/** Takes the checkout for this process; fails when a platform runs in it already. */
export async function claimDevSession(): Promise<void> {
  await Deno.mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  const running = await readDevSession();
  if (running !== null) throw new DevSessionTaken(running.pid);
  // Nobody alive holds it. Between this removal and the exclusive creation at most one of two starts succeeds.
  await Deno.remove(SESSION).catch(() => {});
  try {
    await Deno.writeTextFile(SESSION, await describe(null), { mode: 0o600, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new DevSessionTaken((await readDevSession())?.pid ?? null);
  }
}

/** Publishes how to reach the platform, and its URLs and keys in `.local/env`. */
export async function publishDevSession(
  control: { url: string; secret: string },
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}="${value}"\n`);
  await Deno.remove(ENV).catch(() => {});
  // The mode of a file counts only when it is made.
  await Deno.writeTextFile(ENV, lines.join(""), { mode: 0o600, createNew: true });
  await Deno.writeTextFile(SESSION, await describe(control));
}

/** Gives the checkout back. */
export async function releaseDevSession(): Promise<void> {
  await Deno.remove(ENV).catch(() => {});
  await Deno.remove(SESSION).catch(() => {});
}

/** Thrown when the checkout's platform runs in another process. */
export class DevSessionTaken extends Error {
  override readonly name = "DevSessionTaken";

  constructor(pid: number | null) {
    super(
      `The local platform of this checkout is running already${pid === null ? "" : ` (process ${pid})`}. ` +
        `Its URLs and keys are in .local/env; \`deno task db:reset\` resets its database.`,
    );
  }
}

async function describe(control: DevSession["control"]): Promise<string> {
  const session: DevSession = { pid: Deno.pid, start: await processStart(Deno.pid) ?? "", control };
  return JSON.stringify(session);
}
