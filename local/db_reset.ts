/** `deno task db:reset`: a new database for the running local platform, migrated and seeded. */
import { readSwitches } from "./command_line.ts";
import { readDevSession } from "./dev/dev_session.ts";
import { exemptLoopback } from "./environment.ts";

readSwitches(`Usage: deno task db:reset

Drops the database of the platform that \`deno task dev\` keeps running in this checkout, and migrates and seeds a new
one. URLs and keys stay the same; everything else in the database is lost.`);

exemptLoopback();
const session = await readDevSession();
if (session === null) {
  console.error("No local platform runs in this checkout. Start one with `deno task dev`.");
  Deno.exit(1);
}
if (session.control === null) {
  console.error("The local platform is still starting. Try again in a moment.");
  Deno.exit(1);
}
const begin = performance.now();
const response = await fetch(`${session.control.url}/reset`, {
  method: "POST",
  headers: { authorization: `Bearer ${session.control.secret}` },
});
if (!response.ok) {
  console.error(`The database was not reset:\n${await response.text()}`);
  Deno.exit(1);
}
console.log(`The database is as new, after ${((performance.now() - begin) / 1000).toFixed(1)} s.`);
