/** A platform in a process of its own, for tests that end it by force. Prints where its parts are. */
import { startPlatform } from "../../../local/platform.ts";

const platform = await startPlatform({ migrate: false, functionDirectory: Deno.args[0] ?? "" });
const ports = [platform.apiUrl, platform.dbUrl, platform.receiver.url, platform.edgeFunction.url ?? ""]
  .map((url) => Number(new URL(url).port));
console.log(JSON.stringify({ scratch: platform.scratch, ports }));
Deno.addSignalListener("SIGUSR2", () => {
  throw new Error("uncaught");
});
