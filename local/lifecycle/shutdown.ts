const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const cleanups = new Set<() => Promise<void>>();
let listeners: [Deno.Signal, () => void][] = [];
let ending = false;

/**
 * Runs `cleanup` before the process ends by a signal. Returns a function that takes it back.
 * While it runs, further signals change nothing: a second Ctrl-C must not leave a half-removed platform.
 */
export function onShutdown(cleanup: () => Promise<void>): () => void {
  if (cleanups.size === 0) listen();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    // After a signal the listeners stay, until the process is gone.
    if (cleanups.size === 0 && !ending) unlisten();
  };
}

/** Whether a signal is ending this process: whatever fails now fails because of that. */
export function isShuttingDown(): boolean {
  return ending;
}

function listen(): void {
  listeners = Object.entries(SIGNALS).map(([name, code]) => {
    const listener = (): void => void end(code);
    Deno.addSignalListener(name as Deno.Signal, listener);
    return [name as Deno.Signal, listener];
  });
}

function unlisten(): void {
  for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  listeners = [];
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  const results = await Promise.allSettled([...cleanups].map((cleanup) => cleanup()));
  for (const result of results) {
    if (result.status === "rejected") console.error(result.reason);
  }
  Deno.exit(code);
}
