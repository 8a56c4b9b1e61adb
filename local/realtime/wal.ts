import { type Pgoutput, PgoutputPlugin } from "pg-logical-replication";
import { openWorkerConnection } from "../postgres/worker_connection.ts";
import { delay } from "../wait.ts";

/** As often as the real one looks. */
const POLL_MS = 100;
const BATCH = 1000;

/** A row by column, as Postgres writes values; a large value that did not change is missing. */
export type Row = Readonly<Record<string, string | null | undefined>>;

/** One committed change of a published table. */
export interface Change {
  readonly schema: string;
  readonly table: string;
  readonly type: "INSERT" | "UPDATE" | "DELETE";
  /** The row after it; null for a DELETE. */
  readonly record: Row | null;
  /** What the table's replica identity keeps of the row before it: the key, unless it is FULL. */
  readonly oldRecord: Row | null;
  readonly commitTimestamp: string;
}

/** Reads what is committed to the tables of a publication. */
export interface WalReader {
  /** Resolves once nothing committed from then on is missed. The first call starts the reading. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Polls a slot of its own by SQL, like the real one, and holds no replication connection. After a crash of the server
 * the next query fails, and a new slot begins. Temporary, so that no slot keeps WAL when we are gone.
 */
export function createWalReader(options: {
  readonly dbUrl: string;
  readonly publication: string;
  onChange(change: Change): Promise<void>;
  /** Called when a slot begins: at first, and again after changes may have been missed. */
  onReady(): void;
  /** Called when the server could not be asked. */
  onLost(): void;
}): WalReader {
  const stopping = new AbortController();
  let ready = Promise.withResolvers<void>();
  let isReady = false;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const connection = openWorkerConnection(options.dbUrl, { name: "realtime" });
    while (!stopping.signal.aborted) {
      try {
        const slot = `realtime_${crypto.randomUUID().replaceAll("-", "")}`;
        await connection
          .sql`select pg_create_logical_replication_slot(${slot}, 'pgoutput', temporary => true)`;
        const decode = decoder();
        isReady = true;
        ready.resolve();
        options.onReady();
        while (!stopping.signal.aborted) {
          const rows = await connection.sql<{ data: Uint8Array }[]>`
            select data from pg_logical_slot_get_binary_changes(${slot}, null, ${BATCH},
              'proto_version', '1', 'publication_names', ${options.publication})`;
          for (const row of rows) {
            const change = decode(row.data);
            if (change !== null) await options.onChange(change);
          }
          if (rows.length < BATCH) await delay(POLL_MS, stopping.signal);
        }
      } catch {
        // The server is away, the database was made anew, or it has no logical decoding.
        if (isReady) ready = Promise.withResolvers();
        isReady = false;
        if (!stopping.signal.aborted) connection.replace();
        options.onLost();
        await delay(POLL_MS, stopping.signal);
      }
    }
    await connection.end();
  }

  return {
    async ready() {
      reading ??= read();
      await ready.promise;
    },
    async stop() {
      stopping.abort();
      await reading;
    },
  };
}

/** Turns pgoutput's messages into changes; null for those that only lead up to one. */
function decoder(): (data: Uint8Array) => Change | null {
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [] });
  let commitTimestamp = "";
  return (data) => {
    // Its types say Buffer, and it needs no more than bytes.
    const message: Pgoutput.Message = plugin.parse(data as never);
    switch (message.tag) {
      case "begin":
        commitTimestamp = new Date(Number(message.commitTime as bigint / 1000n)).toISOString();
        return null;
      case "relation":
        // As text, with all their digits: Postgres itself makes JSON of the values.
        for (const column of message.columns) column.parser = (text: string) => text;
        return null;
      case "insert":
        return { ...named(message), type: "INSERT", record: message.new, oldRecord: null, commitTimestamp };
      case "update": {
        const oldRecord: Row = message.old ?? message.key ?? keyOf(message.relation, message.new);
        return { ...named(message), type: "UPDATE", record: message.new, oldRecord, commitTimestamp };
      }
      case "delete": {
        const oldRecord: Row | null = message.old ?? message.key;
        return { ...named(message), type: "DELETE", record: null, oldRecord, commitTimestamp };
      }
      default:
        return null;
    }
  };
}

function named({ relation }: { relation: Pgoutput.MessageRelation }): { schema: string; table: string } {
  return { schema: relation.schema, table: relation.name };
}

/** A key that did not change is not sent twice. */
function keyOf(relation: Pgoutput.MessageRelation, row: Row): Row {
  return Object.fromEntries(relation.keyColumns.map((name) => [name, row[name]]));
}
