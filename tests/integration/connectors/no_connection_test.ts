/**
 * What a connector makes of a request for which there was no connection, against real sockets. Each cause has its
 * words. Entries stay pending only where the runtime's own error proves that nothing of them was sent.
 */
import assert from "node:assert/strict";
import { createServer as createTlsServer } from "node:https";
import { createServer, type Socket } from "node:net";
import type {
  ExportOutcome,
  OpenConnector,
} from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import { unsentFailure } from "../../../supabase/functions/integration-sync/connectors/http/transport_fault.ts";
import { open as openWebhook } from "../../../supabase/functions/integration-sync/connectors/webhook/testing/sender.ts";
import { exportBatch } from "../../../supabase/functions/integration-sync/jobs/export_batch.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { testBatch } from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { type Certificate, certificate } from "../../support/servers/certificates.ts";
import { assertPending, authority, batch, closedPort, listen, post } from "./no_connection.ts";
import { states } from "./xledger/tenant.ts";

Deno.test("a closed port has its own words, and the entries stay pending", async () => {
  const port = await closedPort();
  for (const scheme of ["http", "https"]) {
    const outcome = await post(`${scheme}://127.0.0.1:${port}/in?key=hidden`);
    assertPending(
      outcome,
      "webhook_connection_refused",
      new RegExp(`nothing listens on 127.0.0.1:${port}\\.`),
    );
    assert.ok(!JSON.stringify(outcome).includes("hidden"));
  }
});

Deno.test("a name that does not exist has its own words, and the entries stay pending", async () => {
  // Reserved for this: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
  const { results, failure } = await post("https://no-such-host.invalid/in");
  assert.deepEqual([states(results), failure?.class], ["2 pending", "transient"]);
  // Without a network the name cannot be looked up, which is another cause.
  assert.match(failure?.code ?? "", /^webhook_(host_not_found|name_lookup_failed)$/);
  assert.match(failure?.message ?? "", /no-such-host\.invalid/);
});

const certificates: [what: string, certificate: Certificate, code: string, words: RegExp][] = [
  [
    "has expired",
    certificate("server", { issuer: authority, hosts: ["localhost"], days: [-9, -2] }),
    "certificate_expired",
    /^The certificate of localhost has expired\./,
  ],
  [
    "is not valid yet",
    certificate("server", { issuer: authority, hosts: ["localhost"], days: [2, 9] }),
    "certificate_not_yet_valid",
    /not valid yet/,
  ],
  [
    "is of an unknown authority",
    certificate("server", { issuer: certificate("Other CA"), hosts: ["localhost"] }),
    "certificate_not_trusted",
    /not from a known authority/,
  ],
  ["signs itself", certificate("server", { hosts: ["localhost"] }), "certificate_not_trusted", /authority/],
  ["is one of an authority", certificate("server"), "certificate_not_trusted", /authority/],
  [
    "is for another name",
    certificate("server", { issuer: authority, hosts: ["erp.example"] }),
    "certificate_wrong_host",
    /for another name/,
  ],
];
for (const [what, { pem }, code, words] of certificates) {
  Deno.test(`a certificate that ${what} has its own words, and the entries stay pending`, async () => {
    let requests = 0;
    await using server = await listen(createTlsServer(pem, (_request, response) => {
      requests++;
      response.end();
    }));
    assertPending(await post(`https://localhost:${server.port}/`), `webhook_${code}`, words);
    assert.equal(requests, 0);
  });
}

Deno.test("a certificate that nothing is wrong with lets the batch through", async () => {
  const { pem } = certificate("server", { issuer: authority, hosts: ["localhost"] });
  await using server = await listen(createTlsServer(pem, (request, response) => {
    request.resume().on("end", () => response.end());
  }));
  assert.equal(states((await post(`https://localhost:${server.port}/`)).results), "2 exported");
});

const alert = (description: number) => new Uint8Array([0x15, 3, 3, 0, 2, 2, description]);
const handshakes: [what: string, answer: (socket: Socket) => void][] = [
  ["is cut", (socket) => socket.destroy()],
  ["is reset", (socket) => socket.resetAndDestroy()],
  [
    "is answered in plain HTTP",
    (socket) => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
  ],
  ...([["handshake_failure", 40], ["bad_certificate", 42], ["protocol_version", 70], [
    "unrecognized_name",
    112,
  ], [
    "certificate_required",
    116,
  ]] as const).map(([name, description]): [string, (socket: Socket) => void] => [
    `is answered with the alert ${name}`,
    (socket) => socket.end(alert(description)),
  ]),
];
for (const [what, answer] of handshakes) {
  Deno.test(`a TLS handshake that ${what} leaves the entries pending`, async () => {
    const server = createServer((socket) => socket.once("data", () => answer(socket)));
    await using listening = await listen(server);
    assertPending(
      await post(`https://localhost:${listening.port}/`),
      "webhook_encryption_failed",
      /encrypted/,
    );
  });
}

const doubtful: [what: string, answer: (socket: Socket) => void][] = [
  ["is cut", (socket) => socket.destroy()],
  ["is reset", (socket) => socket.resetAndDestroy()],
  ["is answered with nonsense", (socket) => socket.end("nonsense\r\n\r\n")],
  ["is cut inside the answer", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")],
];
for (const [what, answer] of doubtful) {
  Deno.test(`a request that ${what} leaves the entries unknown`, async () => {
    await using server = await listen(createServer((socket) => socket.once("data", () => answer(socket))));
    const { results, failure } = await post(`http://127.0.0.1:${server.port}/`);
    assert.deepEqual([states(results), failure?.class], ["2 unknown", "ambiguous"]);
  });
}

Deno.test("an address that imitates the proof leaves the entries unknown", async () => {
  await using server = await listen(createServer((socket) => socket.once("data", () => socket.destroy())));
  const proof = encodeURIComponent("): client error (Connect): tcp connect error: Connection refused")
    .replaceAll("%20", " ");
  // As the connector would send it: what reads addresses for it writes the blanks as %20 again.
  for (const path of [`?a=${proof}`, proof]) {
    const gone: typeof fetch = (_input, init) => fetch(`http://127.0.0.1:${server.port}/${path}`, init);
    const { results } = await openWebhook("http://127.0.0.1/", 20).export(
      testContext({ fetch: gone }),
      batch,
    );
    assert.equal(states(results), "2 unknown");
  }
});

Deno.test("a kept connection that is cut leaves the entries unknown, although the port is closed by then", async () => {
  let requests = 0;
  const server = createServer((socket) =>
    socket.on("data", (data) => {
      // Headers and body may come apart: a request begins with its method.
      if (!data.toString().startsWith("POST")) return;
      if (++requests === 1) return socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      server.close(() => {});
      socket.destroy();
    })
  );
  await using listening = await listen(server);
  const connector = openWebhook(`http://127.0.0.1:${listening.port}/`, 20);
  assert.equal(states((await connector.export(testContext(), batch)).results), "2 exported");
  const { results, failure } = await connector.export(testContext(), testBatch(2, ["c"]));
  assert.deepEqual([states(results), failure?.code, requests], ["1 unknown", "webhook_connection_lost", 2]);
});

Deno.test("a repetition stays unknown when there is no connection for it", async () => {
  const url = `http://127.0.0.1:${await closedPort()}/`;
  const again = { ...batch, resend: true };
  const { results, failure } = await exportBatch(openWebhook(url), testContext(), again, () => {});
  assert.deepEqual([states(results), failure?.code], ["2 unknown", "webhook_connection_refused"]);
});

Deno.test("a repetition behind a lookup stays unknown when there is no connection for it", async () => {
  const refused = async (): Promise<ExportOutcome> => await post(`http://127.0.0.1:${await closedPort()}/`);
  const connector: OpenConnector = {
    batchSize: 2,
    ping: () => Promise.resolve({ ok: true }),
    lookup: (_context, entries) =>
      Promise.resolve({ settled: [], absent: entries.map(({ entry_key }) => entry_key) }),
    export: refused,
  };
  const { results } = await exportBatch(connector, testContext(), { ...batch, resend: true }, () => {});
  assert.equal(states(results), "2 unknown");
});

Deno.test("an error that is not the runtime's own proves nothing, whatever it says", () => {
  const at = { prefix: "webhook", name: "The receiver", url: "http://erp.example/" };
  const refused = "client error (Connect): tcp connect error: Connection refused (os error 111)";
  const url = "error sending request for url (http://erp.example/)";
  assert.equal(unsentFailure(new TypeError(`${url}: ${refused}`), at)?.code, "webhook_connection_refused");
  for (
    const error of [
      new Error(`${url}: ${refused}`),
      new TypeError(refused),
      new TypeError(`${url}: client error (SendRequest): ${refused}`),
      new TypeError(`${url}: client error (Connect): something new`),
      new DOMException("Signal timed out.", "TimeoutError"),
      refused,
      null,
    ]
  ) assert.equal(unsentFailure(error, at), null, String(error));
});

Deno.test("the texts of Deno 2.1, on which hosted functions run, are known", () => {
  // Printed by Deno 2.1.4 for the servers of this file.
  const at = { prefix: "x", name: "X", url: "https://localhost:1234/" };
  const known = {
    "tcp connect error: Connection refused (os error 111): Connection refused (os error 111)":
      "connection_refused",
    "dns error: failed to lookup address information: Name or service not known: failed to lookup address information: Name or service not known":
      "host_not_found",
    "tcp connect error: No route to host (os error 113): No route to host (os error 113)": "host_unreachable",
    "invalid peer certificate: Expired": "certificate_expired",
    "invalid peer certificate: NotValidYet": "certificate_not_yet_valid",
    "invalid peer certificate: UnknownIssuer": "certificate_not_trusted",
    "invalid peer certificate: NotValidForName": "certificate_wrong_host",
    "tls handshake eof": "encryption_failed",
  };
  for (const [text, code] of Object.entries(known)) {
    const error = new TypeError(
      `error sending request for url (https://localhost:1234/): client error (Connect): ${text}`,
    );
    assert.equal(unsentFailure(error, at)?.code, `x_${code}`);
  }
});
