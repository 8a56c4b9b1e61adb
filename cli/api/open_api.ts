import { AuthClient } from "@supabase/auth-js";
import { PostgrestClient } from "@supabase/postgrest-js";
import process from "node:process";
import {
  type Database,
  type FailedAnswer,
  readError,
  SyncSchedulerError,
  SyncSchedulerRepository,
} from "../../src/client/mod.ts";
import { CliError, EXIT } from "../errors.ts";
import { askSecret } from "../prompts.ts";
import { messages } from "./messages.ts";

/** The API of a project, as the backend or as a person. */
export interface Api {
  readonly client: PostgrestClient<Database>;
  readonly syncs: SyncSchedulerRepository;
  /** Calls a function of the database that the client library does not know. Rejects with a {@linkcode SyncSchedulerError}. */
  call<T>(name: string, args: Readonly<Record<string, unknown>>): Promise<T>;
  /** What a failed answer means. */
  fault(answer: FailedAnswer): SyncSchedulerError;
}

/** Who calls. */
export interface Caller {
  /** A person who signs in; the backend, with the secret key, if left out. */
  readonly email?: string | undefined;
}

/**
 * Opens the API of `SUPABASE_URL`. Keys and passwords come from the environment or a hidden prompt, never from arguments:
 * those are seen by every process of the machine and kept by the shell.
 */
export async function openApi({ email }: Caller): Promise<Api> {
  const url = variable("SUPABASE_URL");
  if (url === null) {
    throw new CliError(
      "SUPABASE_URL is not set. It is the project's address, https://REF.supabase.co (dashboard, Connect; locally:\n" +
        "`supabase status`).",
      EXIT.usage,
    );
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError("SUPABASE_URL is not an address of the form https://REF.supabase.co.", EXIT.usage);
  }
  const key = email === undefined
    ? variable("SUPABASE_SECRET_KEY") ?? variable("SUPABASE_SERVICE_ROLE_KEY")
    : variable("SUPABASE_PUBLISHABLE_KEY") ?? variable("SUPABASE_ANON_KEY");
  if (key === null) {
    throw new CliError(
      email === undefined
        ? "SUPABASE_SECRET_KEY is not set (dashboard, Settings, API keys). To act as a person instead, give --email ADDRESS."
        : "SUPABASE_PUBLISHABLE_KEY is not set (dashboard, Settings, API keys): with --email a person signs in by it.",
      EXIT.usage,
    );
  }
  const client = new PostgrestClient<Database>(`${url.replace(/\/+$/, "")}/rest/v1`, {
    headers: authorise(key, email === undefined ? bearer(key) : await signIn(url, key, email)),
  });
  const supabase = { rpc: client.rpc.bind(client), from: client.from.bind(client), ...WITHOUT_REALTIME };
  const syncs = new SyncSchedulerRepository(supabase, { messages });
  const fault = (answer: FailedAnswer) => {
    const error = new SyncSchedulerError(readError(answer));
    return error.with({ message: syncs.describe(error) });
  };
  return {
    client,
    syncs,
    fault,
    call: async <T>(name: string, args: Readonly<Record<string, unknown>>) => {
      const { data, error, status } = await client.rpc(name as never, args as never);
      if (error !== null) throw fault({ error, status });
      return data as T;
    },
  };
}

/** Signs in; the access token. Nothing is kept of it. */
async function signIn(url: string, key: string, email: string): Promise<string> {
  const password = variable("SYNC_SCHEDULER_PASSWORD") ??
    await askSecret(
      `Password of ${email}`,
      "The password comes from SYNC_SCHEDULER_PASSWORD, or is asked for in a terminal.",
    );
  const auth = new AuthClient({
    url: `${url.replace(/\/+$/, "")}/auth/v1`,
    headers: authorise(key, bearer(key)),
    persistSession: false,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  });
  const { data, error } = await auth.signInWithPassword({ email, password });
  if (error === null) return data.session.access_token;
  const status = error.status ?? 0;
  throw new CliError(
    status >= 400 && status < 500
      ? `${email} cannot sign in: ${error.message}. Check the address, the password and SUPABASE_PUBLISHABLE_KEY.`
      : `The sign-in at SUPABASE_URL does not answer: ${error.message}. Check the address.`,
    EXIT.unreachable,
  );
}

/** A key of the old kind is a JWT, which says the role; one of the new kind is none, and goes without. */
function bearer(key: string): string | null {
  return key.startsWith("ey") ? key : null;
}

function authorise(apikey: string, token: string | null): Record<string, string> {
  return { apikey, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
}

function variable(name: string): string | null {
  const value = process.env[name]?.trim() ?? "";
  return value === "" ? null : value;
}

/** What the client library asks of Realtime; the command line never follows a run. */
const WITHOUT_REALTIME = {
  channel: unused,
  removeChannel: unused,
  realtime: { setAuth: unused },
};

function unused(): never {
  throw new Error("the command line uses no Realtime");
}
