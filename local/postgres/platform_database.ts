import type { ApiBackend } from "../api/lite.ts";
import type { CleanupStack } from "../lifecycle/cleanup.ts";
import {
  bootstrapServer,
  canSignIn,
  grantByItself,
  prepareExternalDatabase,
  recreateDatabase,
  requireConnection,
} from "./database.ts";
import type { Environment } from "../environment.ts";
import { startPgCronWorker } from "../stand_ins/pg_cron/pg_cron_worker.ts";
import { startPgNetWorker } from "../stand_ins/pg_net/pg_net_worker.ts";
import { LOCAL_PASSWORD, type Postgres, startPostgres, SUPERUSER } from "./postgres.ts";
import type { TemplateFiles } from "./postgres_files.ts";

/** The database of a platform, before its migrations. */
export interface Database {
  readonly dbUrl: string;
  readonly adminUrl: string;
  readonly apiBackend: ApiBackend;
  readonly postgres: Postgres | null;
  recreate(): Promise<void>;
}

/** What the database learns when it is opened. */
export interface DatabaseOptions {
  readonly scratch: string;
  readonly autoGrant: boolean;
  /** The platform's API. */
  readonly gatewayUrl: string;
  /** What the embedded server is copied from; null: it is made anew. */
  readonly template: TemplateFiles | null;
}

/** Starts and fills the embedded server, or prepares the one that the environment names. */
export async function openDatabase(
  environment: Environment,
  { scratch, autoGrant, gatewayUrl, template }: DatabaseOptions,
  cleanup: CleanupStack,
): Promise<Database> {
  if (environment.kind !== "embedded") return await openExternal(environment);
  const server = await startPostgres(scratch, undefined, template);
  await cleanup.add("Postgres", () => server.stop());
  if (template === null) await bootstrapServer(server, { autoGrant });
  else if (autoGrant) await grantByItself(server);
  const adminUrl = server.url(SUPERUSER);
  // Only here, where the extensions are stand-ins: the real ones bring their own workers.
  const workers = [startPgNetWorker({ dbUrl: adminUrl, gatewayUrl }), startPgCronWorker({ dbUrl: adminUrl })];
  await cleanup.add("the stand-ins' workers", async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  });
  return {
    dbUrl: server.url("postgres"),
    adminUrl,
    apiBackend: {
      dataUrl: server.url("authenticator"),
      authUrl: server.url("supabase_auth_admin"),
      catalogUrl: adminUrl,
    },
    postgres: server,
    recreate: () => recreateDatabase(server, { autoGrant }),
  };
}

async function openExternal(environment: Exclude<Environment, { kind: "embedded" }>): Promise<Database> {
  const { dbUrl } = environment;
  await requireConnection(dbUrl);
  if (environment.kind === "external_database") await prepareExternalDatabase(dbUrl);
  const as = async (role: string): Promise<string> => {
    const url = new URL(dbUrl);
    url.username = role;
    url.password = LOCAL_PASSWORD;
    // A server that came with its roles may have given them other passwords. Then the given role does their work:
    // the API switches to the role of the request's token all the same.
    return await canSignIn(url.href) ? url.href : dbUrl;
  };
  // The role `postgres` also where the given role is a superuser: what needs more rights than on the platform shows.
  const [ownerUrl, dataUrl, authUrl] = environment.kind === "external_database"
    ? await Promise.all([as("postgres"), as("authenticator"), as("supabase_auth_admin")])
    : [dbUrl, dbUrl, dbUrl];
  return {
    dbUrl: ownerUrl,
    adminUrl: dbUrl,
    apiBackend: { dataUrl, authUrl, catalogUrl: dbUrl },
    postgres: null,
    recreate: () => Promise.reject(new Error("Only the embedded server's database can be made anew.")),
  };
}
