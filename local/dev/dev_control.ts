import type { Platform } from "../platform.ts";
import { explain } from "../command_line.ts";

/** Takes orders from other tasks of the same checkout. */
export interface DevControl {
  readonly url: string;
  /** A user who can read the session's file may give orders; other users of the machine cannot. */
  readonly secret: string;
  stop(): Promise<void>;
}

/** Serves `POST /reset` on loopback. */
export function startDevControl(platform: Platform): DevControl {
  const secret = crypto.randomUUID();
  let last: Promise<void> = Promise.resolve();

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${secret}`) {
      return new Response(null, { status: 401 });
    }
    if (request.method !== "POST" || new URL(request.url).pathname !== "/reset") {
      return new Response(null, { status: 404 });
    }
    // One after the other: two resets at once would drop each other's database.
    const reset = last.catch(() => {}).then(() => platform.recreateDatabase());
    last = reset;
    try {
      await reset;
      return new Response(null, { status: 204 });
    } catch (error) {
      return new Response(explain(error), { status: 500 });
    }
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, secret, stop: () => server.shutdown() };
}
