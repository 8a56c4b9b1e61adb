import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApiKeys } from "../api_keys.ts";

const PRELOAD = fileURLToPath(new URL("./edge_runtime.ts", import.meta.url));
/** What Deno itself needs in a process that otherwise sees only the platform's environment. */
const DENO_NEEDS =
  /^(PATH|HOME|TMPDIR|XDG_CACHE_HOME|DENO_.*|NPM_CONFIG_(REGISTRY|USERCONFIG|CAFILE)|https?_proxy|no_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS)$/i;

/** The address of the gateway in the network of `supabase start`. */
export const GATEWAY = "http://kong:8000";

/** The environment that the platform gives to a function. */
export interface EdgeFunctionOptions extends Pick<ApiKeys, "publishableKey" | "secretKey"> {
  /** Name below `/functions/v1/`; the function sees it as the first part of its path. */
  readonly name: string;
  /** Directory with `index.ts`. */
  readonly directory: string;
  readonly logFile: string;
  readonly apiUrl: string;
  readonly dbUrl: string;
  /** Where {@linkcode GATEWAY} leads. */
  readonly gatewayUrl?: string;
  /** Further variables, as a project's secrets would be. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One Edge Function as a process of its own, so that it can really be killed. */
export interface EdgeFunction {
  readonly name: string;
  readonly logFile: string;
  /** Where it listens, or null while it is down. */
  readonly url: string | null;
  readonly pid: number | null;
  start(): Promise<void>;
  /** Ends it with a signal (SIGKILL by default) and waits until it is gone. */
  kill(signal?: Deno.Signal): Promise<void>;
  restart(): Promise<void>;
}

/** Describes the function; `start` starts it. */
export function createEdgeFunction(options: EdgeFunctionOptions): EdgeFunction {
  return new FunctionProcess(options);
}

class FunctionProcess implements EdgeFunction {
  readonly name: string;
  readonly logFile: string;
  url: string | null = null;
  readonly #options: EdgeFunctionOptions;
  #process: Deno.ChildProcess | undefined;

  constructor(options: EdgeFunctionOptions) {
    this.#options = options;
    this.name = options.name;
    this.logFile = options.logFile;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const { directory } = this.#options;
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-net", "--allow-env", "--preload", PRELOAD],
        // A lock file next to the function would be written into the checkout. As where it is deployed: the function
        // brings no configuration, and the checkout's is not for it.
        ...["--no-config", "--no-lock", join(directory, "index.ts")],
      ],
      clearEnv: true,
      env: this.#environment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#process = process;
    void process.status.then(() => {
      if (this.#process === process) {
        this.#process = undefined;
        this.url = null;
      }
    });
    this.url = await this.#listening(process);
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.url = null;
    try {
      process.kill(signal);
    } catch {
      // It ended by itself.
    }
    await process.status;
    this.#process = undefined;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Copies the output to the log and finds the line with the port that Deno chose. */
  async #listening(process: Deno.ChildProcess): Promise<string> {
    const log = await Deno.open(this.logFile, { create: true, append: true, mode: 0o600 });
    const found = Promise.withResolvers<string>();
    const copies = [process.stdout, process.stderr].map(async (stream) => {
      const decoder = new TextDecoder();
      let head = "";
      for await (const chunk of stream) {
        await log.write(chunk);
        // Only the beginning can hold the line.
        if (head.length < 100_000) head += decoder.decode(chunk, { stream: true });
        const port = /Listening on http:\/\/127\.0\.0\.1:(\d+)\//.exec(head)?.[1];
        if (port !== undefined) found.resolve(`http://127.0.0.1:${port}`);
      }
    });
    void Promise.allSettled(copies).then(() => log.close());
    void process.status.then(async ({ code }) => {
      await Promise.allSettled(copies);
      const text = await Deno.readTextFile(this.logFile).catch(() => "");
      const tail = text.split("\n").slice(-30).join("\n");
      found.reject(
        new Error(`The Edge Function ${this.name} ended with ${code} before it listened:\n${tail}`),
      );
    });
    return await found.promise;
  }

  #environment(): Record<string, string> {
    const { apiUrl, dbUrl, publishableKey, secretKey, gatewayUrl } = this.#options;
    const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => DENO_NEEDS.test(name));
    return {
      ...Object.fromEntries(inherited),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
      SUPABASE_URL: apiUrl,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
      // The legacy names hold JWTs on the platform; @supabase/lite takes only the new kind of key.
      SUPABASE_ANON_KEY: publishableKey,
      SUPABASE_SERVICE_ROLE_KEY: secretKey,
      SUPABASE_DB_URL: dbUrl,
      SB_REGION: "local",
      SB_EXECUTION_ID: crypto.randomUUID(),
      ...(gatewayUrl === undefined ? {} : { SYNC_LOCAL_GATEWAY: `${GATEWAY} ${gatewayUrl}` }),
      ...this.#options.env,
    };
  }
}
