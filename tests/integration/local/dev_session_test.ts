import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { copyDirectory } from "../../../local/copy_directory.ts";

const LOCAL = fileURLToPath(new URL("../../../local/", import.meta.url));
const CHILD = fileURLToPath(new URL("./dev_session_child.ts", import.meta.url));
const STARTS = 6;

/** What a process prints, one line after the other. */
async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split("\n");
    text = parts.pop() ?? "";
    yield* parts;
  }
}

Deno.test("of starts at the same instant one gets the checkout, also from one that was killed", async () => {
  // A checkout of its own: a developer's own `deno task dev` may be running in this one.
  const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  await copyDirectory(LOCAL, `${checkout}/local`);
  await Deno.mkdir(`${checkout}/.local`);
  await Deno.writeTextFile(`${checkout}/.local/dev.json`, '{"pid":1,"start":"another","control":null}');
  const starts = Array.from({ length: STARTS }, () => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", CHILD, `${checkout}/local/dev/dev_session.ts`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    return { process, output: lines(process.stdout) };
  });
  try {
    for (const { output } of starts) assert.equal((await output.next()).value, "ready");
    await Promise.all(starts.map(({ process }) => process.stdin.close()));
    const answers = await Promise.all(starts.map(async ({ output }) => (await output.next()).value));
    assert.deepEqual(answers.sort(), [...Array(STARTS - 1).fill("DevSessionTaken"), "claimed"]);
  } finally {
    for (const { process, output } of starts) {
      process.kill("SIGKILL");
      await process.status;
      await output.return(undefined);
    }
    await Deno.remove(checkout, { recursive: true });
  }
});

Deno.test("a checkout that cannot be written is refused with what to do", async () => {
  const checkout = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  try {
    await copyDirectory(LOCAL, `${checkout}/local`);
    // Also root, whom no mode of a folder stops, cannot make a folder where a file is.
    await Deno.writeTextFile(`${checkout}/.local`, "");
    const { claimDevSession } = await import(`${checkout}/local/dev/dev_session.ts`);
    await assert.rejects(
      () => claimDevSession(),
      /\.local\/ cannot be written: [^]*\nStart it in a checkout of your own/,
    );
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
});
