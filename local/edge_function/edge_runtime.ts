/**
 * Preloaded into the Edge Function's process: what the platform's runtime has and plain Deno lacks. It must not
 * import anything, since it runs with the function's own configuration and permissions.
 */

const runtime = {
  /** Keeps the isolate alive on the platform; here the process lives on anyway. */
  waitUntil<T>(promise: Promise<T>): Promise<T> {
    promise.catch((error: unknown) => console.error("Rejected in EdgeRuntime.waitUntil:", error));
    return promise;
  },
};
Object.defineProperty(globalThis, "EdgeRuntime", { value: runtime });

// In the network of `supabase start` the gateway has a name of its own; here it is a port of this machine.
const [name = "", address] = (Deno.env.get("SYNC_LOCAL_GATEWAY") ?? "").split(" ");
if (address !== undefined) {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const isGateway = typeof input === "string" && input.startsWith(`${name}/`);
    return fetch(isGateway ? address + input.slice(name.length) : input, init);
  };
}

// The platform logs these and lets the isolate go on; Deno would end the process.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  console.error("Unhandled rejection:", event.reason);
});

// The local platform holds the other end of stdin. When that process is gone, however it went, nothing else stops this
// one. Deno runs a preloaded module to its end before the function's own, so reading starts later.
globalThis.addEventListener("load", () => {
  void (async () => {
    for await (const _ of Deno.stdin.readable);
    Deno.exit(0);
  })();
});
