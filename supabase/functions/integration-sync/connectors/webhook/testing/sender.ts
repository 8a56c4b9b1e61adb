/**
 * A webhook integration that sends to whatever a test has started.
 *
 * @module
 */
import type { ConnectorContext, ExportOutcome, OpenConnector } from "../../connector.ts";
import { webhook } from "../connector.ts";
import { testContext } from "../../../testing/connector_context.ts";
import { testBatch } from "../../../testing/fake_worker_api.ts";
import { startReceiver } from "../../../testing/receiver.ts";

/** What the integration signs with. */
export const secret = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
/** A first batch of two entries, a and b. */
export const batch = testBatch(1, ["a", "b"]);

/** The connector to an address, opened. */
export function open(url: string, timeout_seconds = 60): OpenConnector {
  return webhook.open({ url, timeout_seconds }, { signing_secret: secret });
}

/** Sends the batch to an address. */
export function send(url: string, context: Partial<ConnectorContext> = {}): Promise<ExportOutcome> {
  return open(url).export(testContext(context), batch);
}

/** The states of the results, in order. */
export function states(outcome: ExportOutcome): string {
  return outcome.results.map(({ state }) => state).join(" ");
}

/** Sends the batch to a receiver that gives this answer. */
export async function answered(response: () => Response): Promise<ExportOutcome> {
  await using receiver = startReceiver(response);
  return await send(`${receiver.url}/vouchers?key=hidden`);
}
