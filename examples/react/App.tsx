import { createClient } from "@supabase/supabase-js";
import { StrictMode, useEffect, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { ManualSyncController, SyncSchedulerRepository } from "sync-scheduler";
const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;
const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY);

function SyncButton({ controller }: { controller: ManualSyncController }) {
  const sync = useSyncExternalStore(controller.subscribe, controller.getSnapshot);
  useEffect(() => {
    controller.load();
    return controller.dispose;
  }, [controller]);
  return (
    <>
      <button disabled={!sync.canPress} title={sync.reason ?? ""} onClick={controller.press}>Sync now</button>
      {sync.run && <progress max={sync.run.entries_total || 1} value={sync.run.entries_done} />}
      <p role="status">{sync.state === "error" ? sync.message : sync.run?.status}</p>
    </>
  );
}

function App() {
  const [controller, setController] = useState<ManualSyncController>();
  const signIn = async (form: FormData) => {
    await supabase.auth.signInWithPassword(Object.fromEntries(form) as { email: string; password: string });
    const { data } = await supabase.from("sync_integrations").select().limit(1).single().throwOnError();
    setController(new ManualSyncController(new SyncSchedulerRepository(supabase), data.org_id, data.integration_type));
  };
  return controller ? <SyncButton controller={controller} /> : (
    <form action={signIn}>
      <input name="email" type="email" autoComplete="username" aria-label="Email" />
      <input name="password" type="password" autoComplete="current-password" aria-label="Password" />
      <button>Sign in</button>
    </form>
  );
}

createRoot(document.body).render(<StrictMode><App /></StrictMode>);
