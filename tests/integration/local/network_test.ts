import assert from "node:assert/strict";
import { startApi } from "../../../local/api/api.ts";
import { openFunctionsDoor } from "../../../local/api/functions_door.ts";
import type { EdgeFunction } from "../../../local/edge_function/edge_function.ts";

/** Addresses of this machine under which a server that listens on all of them is reached, and one on 127.0.0.1 is not. */
const others = Deno.networkInterfaces()
  .filter(({ family, address }) => family === "IPv4" && address !== "127.0.0.1")
  .map(({ address }) => address)
  .concat(Deno.build.os === "linux" ? ["127.0.0.2"] : []);

Deno.test("the local API listens on the loopback alone", async () => {
  const keys = { publishableKey: "p", secretKey: "s", jwtSecret: "j" };
  const api = startApi({
    ...keys,
    logFile: "",
    findFunction: () => Promise.resolve(undefined),
    realtime: () => undefined,
  });
  try {
    const answer = await fetch(`http://127.0.0.1:${api.port}/rest/v1/`);
    assert.equal(answer.status, 503, await answer.text());
    for (const hostname of others) {
      await assert.rejects(
        Deno.connect({ hostname, port: api.port }),
        Deno.errors.ConnectionRefused,
        hostname,
      );
    }
  } finally {
    await api.stop();
  }
});

Deno.test("what is open to the network for a database in a container is the function and nothing else", async () => {
  await using upstream = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => new Response(new URL(request.url).pathname),
  );
  const edgeFunction = { name: "sync", url: `http://127.0.0.1:${upstream.addr.port}` } as EdgeFunction;
  const door = openFunctionsDoor((name) => Promise.resolve(name === "sync" ? edgeFunction : undefined));
  try {
    for (const hostname of others) (await Deno.connect({ hostname, port: door.port })).close();
    const ask = async (path: string): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${door.port}${path}`);
      return [answer.status, await answer.text()];
    };
    assert.deepEqual(await ask("/functions/v1/sync"), [200, "/sync"]);
    for (
      const path of ["/rest/v1/", "/auth/v1/token", "/realtime/v1/websocket", "/functions/v1/../../rest/v1/"]
    ) {
      assert.equal((await ask(path))[0], 404, path);
    }
  } finally {
    await door.stop();
  }
});
