/** `deno task dev`: keeps the local platform running until Ctrl-C. */
import { explain, readSwitches } from "./command_line.ts";
import { startDevControl } from "./dev/dev_control.ts";
import { claimDevSession, DevSessionTaken, publishDevSession, releaseDevSession } from "./dev/dev_session.ts";
import { startPlatform } from "./platform.ts";
import { serveConsole } from "./console/serve.ts";
import { isShuttingDown, onShutdown } from "./lifecycle/shutdown.ts";

readSwitches(`Usage: deno task dev

Starts the local platform on free ports, migrated and seeded with a past to look at, and the console page; prints URLs
and keys, writes them to .local/env
(API_URL, DB_URL, PUBLISHABLE_KEY, SECRET_KEY, JWT_SECRET, FUNCTIONS_URL) and keeps running until Ctrl-C.
\`deno task db:reset\` resets its database. With SUPABASE_DB_URL set it uses that Postgres instead of its own.`);

try {
  await claimDevSession();
  onShutdown(releaseDevSession);
  console.log("Starting the local platform ...");
  const platform = await startPlatform({
    vendors: true,
    history: true,
    onStep: (name, ms) => console.log(`  ${name.padEnd(22)} ${(ms / 1000).toFixed(1)} s`),
  });
  const page = await serveConsole(platform);
  onShutdown(() => page.stop());
  const control = startDevControl(platform);
  onShutdown(() => control.stop());
  const env = {
    API_URL: platform.apiUrl,
    DB_URL: platform.dbUrl,
    PUBLISHABLE_KEY: platform.publishableKey,
    SECRET_KEY: platform.secretKey,
    JWT_SECRET: platform.jwtSecret,
    FUNCTIONS_URL: platform.functionsUrl,
  };
  await publishDevSession(control, env);
  console.log(`\n  ${"console".padEnd(16)} ${page.url}\n`);
  for (const [name, value] of Object.entries(env)) console.log(`  ${name.padEnd(16)} ${value}`);
  for (const { integrationType, url } of platform.vendors) {
    console.log(`  ${integrationType.padEnd(16)} ${url}`);
  }
  console.log(`  ${"function log".padEnd(16)} ${platform.edgeFunction.logFile}`);
  if (platform.openPort !== null) {
    console.log(`
  For the database, the function, and nothing else, is open to the network on port ${platform.openPort}.`);
  }
  console.log(`
  People (password123): admin@example.test, coordinator@example.test, viewer@example.test
  (Fjordfisk AS, 0a000000-0000-4000-8000-000000000001), outsider@example.test (Blåbær Økonomi AS).

The same is in .local/env. Ctrl-C stops the platform.`);
} catch (error) {
  // A signal in the middle of the start makes the start fail; its own clean-up ends the process.
  if (!isShuttingDown()) {
    console.error(explain(error));
    if (!(error instanceof DevSessionTaken)) await releaseDevSession();
    Deno.exit(1);
  }
}
