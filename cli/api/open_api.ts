import { createClient, type SupabaseClient } from "@supabase/supabase-js";
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

/** The API of a project, as the backend or as a person. */
export interface Api {
  readonly client: SupabaseClient<Database>;
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
  const client = createClient<Database>(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // Node 20 has no WebSocket, and this uses none.
    realtime: { transport: NoWebSocket as never },
  });
  if (email !== undefined) await signIn(client, email);
  const syncs = new SyncSchedulerRepository(client);
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

async function signIn(client: SupabaseClient<Database>, email: string): Promise<void> {
  const password = variable("SYNC_SCHEDULER_PASSWORD") ??
    await askSecret(
      `Password of ${email}`,
      "The password comes from SYNC_SCHEDULER_PASSWORD, or is asked for in a terminal.",
    );
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error === null) return;
  const status = error.status ?? 0;
  throw new CliError(
    status >= 400 && status < 500
      ? `${email} cannot sign in: ${error.message}.`
      : `The sign-in at SUPABASE_URL does not answer: ${error.message}. Check the address.`,
    EXIT.unreachable,
  );
}

function variable(name: string): string | null {
  const value = process.env[name]?.trim() ?? "";
  return value === "" ? null : value;
}

class NoWebSocket {
  constructor() {
    throw new Error("the command line uses no Realtime");
  }
}
