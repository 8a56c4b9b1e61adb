/**
 * Between a client and a server that is not ours to kill.
 *
 * @module
 */

/** A proxy that can go away and come back on the same port, as a server does that is killed and started again. */
export interface InterruptibleProxy extends AsyncDisposable {
  readonly url: string;
  /** Cuts every connection and refuses new ones. */
  interrupt(): void;
  /** Listens again. */
  resume(): void;
}

/** Passes on whatever comes to a server, byte by byte, so WebSockets too. */
export function startInterruptibleProxy(target: string): InterruptibleProxy {
  const { hostname, port } = new URL(target);
  const open = new Set<Deno.Conn>();
  let listener: Deno.TcpListener | undefined = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = listener.addr.port;
  void accept(listener);

  async function accept(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) {
      void connect(client).catch(() => close(client));
    }
  }

  async function connect(client: Deno.TcpConn): Promise<void> {
    open.add(client);
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(server);
    // Either end that is gone takes the other with it.
    const ends = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
    await Promise.allSettled(ends);
    close(client);
    close(server);
  }

  function close(connection: Deno.Conn): void {
    if (!open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // A finished stream has closed it already.
    }
  }

  function interrupt(): void {
    listener?.close();
    listener = undefined;
    for (const connection of open) close(connection);
  }

  return {
    url: `http://127.0.0.1:${own}`,
    interrupt,
    resume() {
      listener = Deno.listen({ hostname: "127.0.0.1", port: own });
      void accept(listener);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(interrupt()),
  };
}
