/** What the tests share whose requests find no connection: servers that do not answer as they should, and a batch for them. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { ExportOutcome } from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import { open as openWebhook } from "../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import type { Batch } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { type Certificate, certificate } from "../../support/servers/certificates.ts";
import { states } from "./xledger/tenant.ts";

/** Signs the certificates that the sender of `post` trusts. */
export const authority: Certificate = certificate("Test CA");
/** Two entries. */
export const batch: Batch = testBatch(1, ["a", "b"]);

/** Listens on a port that the system chooses; everything ends with the block. */
export async function listen(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port at which nothing listens. */
export async function closedPort(): Promise<number> {
  await using listener = await listen(createServer());
  return listener.port;
}

/** Sends the batch by the webhook connector, with a runtime that trusts the test's authority and has seen no server yet. */
export async function post(url: string, of: Batch = batch): Promise<ExportOutcome> {
  using client = Deno.createHttpClient({ caCerts: [authority.pem.cert] });
  const context = testContext({ fetch: (input, init) => fetch(input, { ...init, client }) });
  return await openWebhook(url, 20).export(context, of);
}

/** Nothing of the batch was sent, and the failure says why. */
export function assertPending({ results, failure }: ExportOutcome, code: string, words: RegExp): void {
  assert.deepEqual([states(results), failure?.class, failure?.code], ["2 pending", "transient", code]);
  assert.match(failure?.message ?? "", words);
}
