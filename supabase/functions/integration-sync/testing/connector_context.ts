import { systemClock } from "../core/clock.ts";
import type { ConnectorContext } from "../connectors/connector.ts";
import { createSecrets } from "../core/secrets.ts";

/** A context on the real clock and the real fetch, of an integration without a checkpoint or secrets. */
export function testContext(changes: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    org_id: "00000000-0000-4000-8000-0000000000a1",
    integration_id: "00000000-0000-4000-8000-0000000000b1",
    fetch,
    secrets: createSecrets(),
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    deadline: Infinity,
    checkpoint: () => null,
    saveCheckpoint: () => Promise.resolve(),
    ...changes,
  };
}
