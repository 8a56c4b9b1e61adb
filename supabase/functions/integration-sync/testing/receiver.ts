/** A request as it arrived at the {@linkcode Receiver}. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A real HTTP server on a free port of the machine. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: Received[];
}

/** Starts a receiver that answers with what `answer` returns; `request` may be used to cut the connection. */
export function startReceiver(
  answer: (received: Received, request: Request) => Response | Promise<Response>,
): Receiver {
  const requests: Received[] = [];
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname, search } = new URL(request.url);
    const received = {
      method: request.method,
      path: pathname + search,
      headers: request.headers,
      body: await request.text(),
    };
    requests.push(received);
    return await answer(received, request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A raw server that hands the connection over once a whole request with a Content-Length has arrived. */
export function startRawReceiver(
  react: (connection: Deno.Conn) => void | Promise<void>,
): { readonly url: string } & AsyncDisposable {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (const connection of listener) {
      await readRequest(connection);
      await react(connection);
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

async function readRequest(connection: Deno.Conn): Promise<void> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(4096);
  let text = "";
  while (true) {
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end >= 0 && text.length >= end + 4 + length) return;
    const count = await connection.read(buffer);
    if (count === null) return;
    text += decoder.decode(buffer.subarray(0, count));
  }
}
