import { createClient } from "@supabase/supabase-js";
import { StrictMode, useActionState, useEffect, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { ManualSyncController, SyncSchedulerRepository } from "sync-scheduler";
const supabase = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_PUBLISHABLE_KEY);

function SyncButton({ controller }: { controller: ManualSyncController }) {
  const sync = useSyncExternalStore(controller.subscribe, controller.getSnapshot);
  useEffect(() => void controller.load(), [controller]);
  useEffect(() => controller.dispose, [controller]);
  return (
    <>
      <button disabled={!sync.canPress} title={sync.reason ?? ""} onClick={controller.press}>Sync now</button>
      {sync.run && <progress max={sync.run.entries_total || 1} value={sync.run.entries_done} />}
      <p role="status">{sync.state === "error" ? sync.message : sync.run?.status}</p>
    </>
  );
}

function App() {
  const [result, signIn] = useActionState<ManualSyncController | string, FormData>(async (_, form) => {
    const person = Object.fromEntries(form) as { email: string; password: string };
    const signedIn = await supabase.auth.signInWithPassword(person);
    if (signedIn.error) return signedIn.error.message;
    const { data, error } = await supabase.from("sync_integrations").select().limit(1).single();
    if (error) return error.message;
    return new ManualSyncController(new SyncSchedulerRepository(supabase), data.org_id, data.integration_type);
  }, "");
  return result instanceof ManualSyncController ? <SyncButton controller={result} /> : (
    <form action={signIn}>
      <input name="email" type="email" autoComplete="username" aria-label="Email" />
      <input name="password" type="password" autoComplete="current-password" aria-label="Password" />
      <button>Sign in</button>
      <p role="alert">{result}</p>
    </form>
  );
}

createRoot(document.body).render(<StrictMode><App /></StrictMode>);
