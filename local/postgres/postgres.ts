import { join } from "node:path";
import { copyData, copyPostgres, type TemplateFiles } from "./postgres_files.ts";
import { childProcesses, isAlive, signal } from "../lifecycle/processes.ts";
import { freePort, portAnswers, until } from "../wait.ts";

/** The password of every role that signs in; the one that `supabase start` uses, on loopback only. */
export const LOCAL_PASSWORD = "postgres";
/** Supabase's superuser. The role `postgres` is not one, there and here. */
export const SUPERUSER = "supabase_admin";

/** A private Postgres server, reached over TCP on a loopback port of its own. */
export interface Postgres {
  readonly port: number;
  readonly logFile: string;
  /** Connection URL of a role and a database. */
  url(role?: string, database?: string): string;
  /** Ends the server cleanly: a checkpoint, no recovery at the next start. */
  stop(): Promise<void>;
  /** Crashes it: nothing is flushed, unlogged tables are empty after the next start. */
  kill9(): Promise<void>;
  /** Starts it after `stop` or `kill9`. */
  start(): Promise<void>;
  /** Starts it again on the same port, after `stop`, after `kill9`, or while it runs. */
  restart(): Promise<void>;
}

/** Installs, initialises and starts a server below `directory`: the platform's version unless another is named. */
export async function startPostgres(
  directory: string,
  version?: string,
  template: TemplateFiles | null = null,
): Promise<Postgres> {
  const server = new EmbeddedPostgres(directory, version);
  if (template === null) await server.initialise();
  else await server.copy(template);
  await server.start();
  return server;
}

/** Postgres refuses to run as root: then it runs as the user who owns nothing. */
function serverUser(): { uid?: number; gid?: number } {
  if (Deno.uid() !== 0) return {};
  const entry = Deno.readTextFileSync("/etc/passwd").split("\n").find((line) => line.startsWith("nobody:"));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
}

class EmbeddedPostgres implements Postgres {
  port = freePort();
  readonly logFile: string;
  readonly #directory: string;
  readonly #data: string;
  readonly #user = serverUser();
  #process: Deno.ChildProcess | undefined;
  #isCopy = false;

  constructor(directory: string, private readonly version?: string) {
    this.#directory = directory;
    this.#data = join(directory, "data");
    this.logFile = join(directory, "postgres.log");
  }

  url(role = "postgres", database = "postgres"): string {
    return `postgresql://${role}:${LOCAL_PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  async copy(template: TemplateFiles): Promise<void> {
    this.#isCopy = true;
    await Deno.symlink(template.binaries, join(this.#directory, "postgres"));
    await copyData(template.data, this.#data);
  }

  async initialise(): Promise<void> {
    await copyPostgres(join(this.#directory, "postgres"), this.version);
    await Deno.mkdir(this.#data, { mode: 0o700 });
    const passwordFile = join(this.#directory, "password");
    await Deno.writeTextFile(passwordFile, LOCAL_PASSWORD, { mode: 0o600 });
    if (this.#user.uid !== undefined) {
      await Deno.chown(this.#data, this.#user.uid, this.#user.gid ?? null);
      await Deno.chown(passwordFile, this.#user.uid, this.#user.gid ?? null);
    }
    const output = await this.#command("initdb", [
      ...["-D", this.#data, "-U", SUPERUSER, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
      // An interrupted initialisation is thrown away, so flushing it to disk buys nothing. fsync itself stays on.
      ...["--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
    ]).output();
    if (!output.success) {
      throw new Error(`initdb failed:\n${new TextDecoder().decode(output.stderr)}`);
    }
  }

  async start(): Promise<void> {
    // Between choosing a port and Postgres binding it, another process may take it.
    for (let attempt = 1; !await this.#launch(); attempt++) {
      if (attempt === 5) throw new Error(`Postgres does not start:\n${await this.#logTail()}`);
      if ((await this.#logTail()).includes("could not bind")) this.port = freePort();
    }
  }

  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    signal(process.pid, "SIGINT");
    const deadline = setTimeout(() => void this.#crash(process), 10_000);
    await process.status;
    clearTimeout(deadline);
  }

  async kill9(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    await this.#crash(process);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async #crash(process: Deno.ChildProcess): Promise<void> {
    const children = await childProcesses(process.pid);
    // The postmaster first: it would restart the others and recover within the same breath.
    for (const pid of [process.pid, ...children]) signal(pid, "SIGKILL");
    await process.status;
    // A backend that lives on still holds the shared memory, and the next start refuses to share it.
    for (const pid of children) await until(`process ${pid} to end`, async () => !await isAlive(pid));
    await until("the port to be free", async () => !await portAnswers(this.port));
  }

  async #launch(): Promise<boolean> {
    const process = this.#command("postgres", ["-D", this.#data, ...this.#settings()]).spawn();
    this.#process = process;
    void this.#keepLog(process.stderr);
    let ended = false;
    void process.status.then(() => ended = true);
    await until("Postgres to start", async () => ended || await this.#isReady(), { timeoutMs: 60_000 });
    if (ended) this.#process = undefined;
    return !ended;
  }

  async #keepLog(stderr: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stderr) {
      // After the directory's removal the last lines have no reader.
      await Deno.writeFile(this.logFile, chunk, { append: true, create: true }).catch(() => {});
    }
  }

  /** postmaster.pid is rewritten at each change of state; its eighth line is the state. */
  async #isReady(): Promise<boolean> {
    const file = await Deno.readTextFile(join(this.#data, "postmaster.pid")).catch(() => "");
    const lines = file.split("\n");
    return Number(lines[0]) === this.#process?.pid && lines[7]?.trim() === "ready";
  }

  #settings(): string[] {
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(this.port),
      // No socket file: its path would have a length limit, and nothing needs it.
      unix_socket_directories: "",
      max_connections: "120",
      timezone: "UTC",
      wal_level: "logical",
      shared_preload_libraries: "pg_stat_statements",
      "pg_stat_statements.track": "all",
      // Tests throw their copies away. A killed server loses nothing by it, only a machine that loses its power does.
      ...(this.#isCopy ? { fsync: "off" } : {}),
    };
    return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  }

  #command(name: "initdb" | "postgres", args: string[]): Deno.Command {
    return new Deno.Command(join(this.#directory, "postgres", "bin", name), {
      args,
      ...this.#user,
      cwd: "/",
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      env: { LC_ALL: "C.UTF-8", LD_LIBRARY_PATH: "" },
    });
  }

  async #logTail(): Promise<string> {
    const log = await Deno.readTextFile(this.logFile).catch(() => "(no log)");
    return log.split("\n").slice(-20).join("\n");
  }
}
