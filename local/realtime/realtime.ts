import type { ApiKeys } from "../api_keys.ts";
import { isConnectionError } from "../postgres/postgres_js_guard.ts";
import { openWorkerConnection } from "../postgres/worker_connection.ts";
import { findAudience } from "./audience.ts";
import type { ChannelSubscription } from "./channel.ts";
import { Connection } from "./connection.ts";
import { describeTable } from "./table.ts";
import { claimsOfKey } from "./token.ts";
import { type Change, createWalReader } from "./wal.ts";

/** Where realtime-js connects to, below an API's address. */
export const REALTIME_PATH = "/realtime/v1/websocket";

const PUBLICATION = "supabase_realtime";

/** Who signs in to the database for what. */
export interface RealtimeBackend {
  /** URL of a role that may decode the WAL and reads the whole catalog. */
  readonly adminUrl: string;
  /** URL of `authenticator`: each subscriber's rights are asked as the role of their token. */
  readonly dataUrl: string;
}

/** One message to one channel, on its way. */
export interface Message {
  readonly topic: string;
  /** The change as the client receives it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Plays Supabase Realtime's `postgres_changes`. */
export interface Realtime {
  /** Answers the request of a client that wants to connect. */
  accept(request: Request): Response;
  /**
   * For tests: decides over every message from now on. One that is not sent is lost, one that is sent twice is doubled,
   * and those that are kept and sent in another order come in that. Null lets all through again.
   */
  intercept(deliver: ((message: Message, send: () => void) => void) | null): void;
  /** For tests: cuts every connection, and refuses new ones until `restore`. */
  cut(): void;
  /** For tests: accepts connections again. */
  restore(): void;
  /** Ends all connections, to clients and to the database. */
  stop(): Promise<void>;
}

/**
 * Speaks the wire protocol of realtime-js and reads changes by logical decoding, of a server with `wal_level = logical`.
 * Broadcast and presence are not played: nothing here uses them.
 *
 * @example
 * ```ts ignore
 * const realtime = startRealtime({ adminUrl, dataUrl }, keys);
 * Deno.serve((request) => realtime.accept(request));
 * ```
 */
export function startRealtime(backend: RealtimeBackend, keys: ApiKeys): Realtime {
  const admin = openWorkerConnection(backend.adminUrl, { name: "realtime catalog" });
  const authenticator = openWorkerConnection(backend.dataUrl, { name: "realtime subscribers" });
  const connections = new Set<Connection>();
  let deliver: ((message: Message, send: () => void) => void) | null = null;
  let isCut = false;
  let isStopping = false;

  const channels = () => [...connections].flatMap((connection) => [...connection.channels]);
  const wal = createWalReader({
    dbUrl: backend.adminUrl,
    publication: PUBLICATION,
    onChange: broadcast,
    onReady() {
      for (const channel of channels()) channel.announceAgain();
    },
    onLost() {
      if (isStopping) return;
      admin.replace();
      authenticator.replace();
    },
  });

  async function broadcast(change: Change): Promise<void> {
    try {
      const subscriptions = channels().flatMap((channel) => channel.subscriptions);
      const audience = await findAudience(admin.sql, authenticator.sql, PUBLICATION, change, subscriptions);
      const messages = Map.groupBy(audience, ({ subscription }) => subscription.channel);
      for (const [channel, [first, ...more]] of messages) {
        if (first === undefined) continue;
        const ids = [first, ...more].map(({ subscription }) => subscription.id);
        const payload = { ids, data: first.data };
        const { topic } = channel;
        const send = () =>
          channel.host.send({ joinRef: null, ref: null, topic, event: "postgres_changes", payload });
        if (deliver === null) send();
        else deliver({ topic, data: first.data }, send);
      }
    } catch (error) {
      // The server is away: what it was about to say is lost, as it is with the real one.
      if (!isConnectionError(error)) console.error("Local Realtime:", error);
      throw error;
    }
  }

  async function subscribe(subscriptions: readonly ChannelSubscription[]): Promise<void> {
    await wal.ready();
    for (const { schema, table, event, claims, conditions } of subscriptions) {
      if (table === "*") continue;
      const found = await describeTable(admin.sql, PUBLICATION, { schema, table, role: claims().role });
      const unknown = conditions.find(({ column }) =>
        !found?.columns.some(({ name, readable }) => name === column && readable)
      );
      if (found !== null && unknown === undefined) continue;
      throw new Error(
        "Unable to subscribe to changes with given parameters. " + (found === null
          ? "Please check Realtime is enabled for the given connect parameters: "
          : `Invalid column for filter ${unknown?.column}: `) +
          `[event: ${event}, schema: ${schema}, table: ${table}]`,
      );
    }
  }

  const cut = (): void => {
    for (const { socket } of connections) socket.close(1012);
  };

  return {
    accept(request) {
      const claims = claimsOfKey(new URL(request.url).searchParams.get("apikey"), keys);
      if (claims === null) return Response.json({ message: "Invalid API key" }, { status: 401 });
      if (isCut) return new Response(null, { status: 503 });
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return new Response("Not a WebSocket upgrade", { status: 400 });
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      const connection = new Connection(socket, keys, claims, subscribe);
      connections.add(connection);
      socket.onclose = () => {
        connections.delete(connection);
        connection.end();
      };
      return response;
    },
    intercept: (next) => void (deliver = next),
    cut() {
      isCut = true;
      cut();
    },
    restore: () => void (isCut = false),
    async stop() {
      isStopping = true;
      cut();
      await wal.stop();
      await Promise.all([admin.end(), authenticator.end()]);
    },
  };
}
