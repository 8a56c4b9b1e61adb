/** What the platform must know about processes of this machine, also of those that it did not start. */

/**
 * When a process started, as an opaque text, or null when there is none. Together with the id it names one process for
 * ever: ids are used again, so an id alone could name a foreign one.
 */
export async function processStart(pid: number): Promise<string | null> {
  const stat = await procStat(pid);
  if (stat !== undefined) return stat?.start ?? null;
  const line = (await ps(["-o", "lstart=", "-p", String(pid)])).trim();
  return line === "" ? null : line;
}

/** Whether a process exists and is not a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await procStat(pid);
  if (stat !== undefined) return stat !== null && stat.state !== "Z";
  const state = (await ps(["-o", "stat=", "-p", String(pid)])).trim();
  return state !== "" && !state.startsWith("Z");
}

/** The command line of a process, or "" when it is gone. */
export async function commandLine(pid: number): Promise<string> {
  if (Deno.build.os === "linux") {
    const text = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    return text.replaceAll("\0", " ").trim();
  }
  return (await ps(["-o", "args=", "-p", String(pid)])).trim();
}

/** The ids of a process's direct children. */
export async function childProcesses(pid: number): Promise<number[]> {
  if (Deno.build.os !== "linux") {
    const rows = (await ps(["-A", "-o", "pid=,ppid="])).trim().split("\n");
    return rows.map((row) => row.trim().split(/\s+/).map(Number))
      .flatMap(([child, parent]) => parent === pid && child !== undefined ? [child] : []);
  }
  const children: number[] = [];
  for await (const entry of Deno.readDir("/proc")) {
    const child = Number(entry.name);
    if (!Number.isInteger(child)) continue;
    if ((await procStat(child))?.parent === pid) children.push(child);
  }
  return children;
}

/** Sends a signal; false when the process is already gone. */
export function signal(pid: number, name: Deno.Signal): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    // Deno reports ESRCH as a TypeError on some platforms.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

interface ProcStat {
  readonly state: string;
  readonly parent: number;
  readonly start: string;
}

/** Undefined where there is no /proc, null where the process is gone. */
async function procStat(pid: number): Promise<ProcStat | null | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => null);
  if (text === null) return null;
  // The second field is the command's name in brackets and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", parent: Number(fields[1]), start: fields[19] ?? "" };
}

async function ps(args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args, stdout: "piped", stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}
