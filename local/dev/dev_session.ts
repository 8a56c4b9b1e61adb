import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { processStart } from "../lifecycle/processes.ts";

const DIRECTORY = fileURLToPath(new URL("../../.local/", import.meta.url));
const SESSION = join(DIRECTORY, "dev.json");
const LOCK = join(DIRECTORY, "dev.lock");
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

let lock: Deno.FsFile | undefined;

/** Takes the checkout for this process; fails when a platform runs in it already. */
export async function claimDevSession(): Promise<void> {
  const file = await openLock().catch((error: Error) => {
    throw new Error(
      `${DIRECTORY} cannot be written: ${error.message}.\nStart it in a checkout of your own; \`deno task demo\` writes nothing.`,
    );
  });
  // Of any number of starts at once one gets the lock, and it goes with the process, however that ends. A file that
  // only exists would have to be judged stale and removed, and a second start could remove what the first has made.
  if (!await file.tryLock(true)) {
    file.close();
    throw new DevSessionTaken((await readDevSession())?.pid ?? null);
  }
  lock = file;
  await writeSession(null);
}

async function openLock(): Promise<Deno.FsFile> {
  await Deno.mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  return await Deno.open(LOCK, { create: true, write: true, mode: 0o600 });
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
  await writeSession(control);
}

/** Gives the checkout back. */
export async function releaseDevSession(): Promise<void> {
  await Deno.remove(ENV).catch(() => {});
  await Deno.remove(SESSION).catch(() => {});
  lock?.close();
  lock = undefined;
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

async function writeSession(control: DevSession["control"]): Promise<void> {
  const session: DevSession = { pid: Deno.pid, start: await processStart(Deno.pid) ?? "", control };
  // In one step, or another task could read half of it.
  await Deno.writeTextFile(`${SESSION}.new`, JSON.stringify(session), { mode: 0o600 });
  await Deno.rename(`${SESSION}.new`, SESSION);
}
