import type { ApiKeys } from "./api_keys.ts";
import type { EdgeFunction } from "./edge_function/edge_function.ts";
import type { Environment } from "./environment.ts";
import type { Postgres } from "./postgres/postgres.ts";
import type { Realtime } from "./realtime/realtime.ts";
import type { SupabaseCli } from "./supabase_cli.ts";
import type { Vendor } from "./vendors/vendor.ts";
import type { WebhookReceiver } from "./vendors/webhook_receiver.ts";

/** How a platform differs from the usual one. */
export interface PlatformOptions {
  /** Apply `supabase/migrations`; true by default. */
  readonly migrate?: boolean;
  /** Load `supabase/seed.sql` after the migrations; true by default. */
  readonly seed?: boolean;
  /**
   * Set the function's address and the seeded receivers' to this platform's own; true by default. Otherwise they stay as the
   * seed sets them, for `supabase start`: the platform resolves the gateway's name, and the function demo-receiver receives.
   */
  readonly wire?: boolean;
  /** Emulate projects in which everything new in `public` is granted to the API's roles by itself. */
  readonly autoGrant?: boolean;
  readonly apiPort?: number;
  /** How many rows an answer of the Data API has at most: `max_rows` of a project's settings; 1,000 by default. */
  readonly maxRows?: number;
  /**
   * Start the fakes of Xledger and Business Central too, with their quotas, and connect the seed's first organisation to
   * them; false by default.
   */
  readonly vendors?: boolean;
  /** Give the seeded organisation thirty days of runs to look at; false by default. */
  readonly history?: boolean;
  /** The project whose `supabase/` is applied and served; this checkout by default. */
  readonly projectDirectory?: string;
  /** Directory of the Edge Function's `index.ts`; the project's by default. */
  readonly functionDirectory?: string;
  /** Called after each step of the start with the time that it took. */
  onStep?(name: string, milliseconds: number): void;
}

/** A running Supabase-shaped stack with an external system behind it. */
export interface Platform extends ApiKeys, AsyncDisposable {
  readonly kind: Environment["kind"];
  readonly apiUrl: string;
  readonly functionsUrl: string;
  /** Where the function is open to the network, for a database that does not share the loopback; null: nothing is. */
  readonly openPort: number | null;
  /** The role `postgres`, which runs migrations. */
  readonly dbUrl: string;
  /** A superuser, where there is one: the same as `dbUrl` in an external database. */
  readonly adminUrl: string;
  readonly receiver: WebhookReceiver;
  /** The external systems with their books: the receiver, and the fakes that were asked for. */
  readonly vendors: readonly Vendor[];
  readonly cli: SupabaseCli;
  /** Null when the database is not ours. */
  readonly postgres: Postgres | null;
  readonly edgeFunction: EdgeFunction;
  /** Null where a full stack has its own. */
  readonly realtime: Realtime | null;
  /** Private directory of this platform, gone after `stop`. */
  readonly scratch: string;
  /** Drops the database, and migrates and seeds a new one. Embedded server only. */
  recreateDatabase(): Promise<void>;
  stop(): Promise<void>;
}
