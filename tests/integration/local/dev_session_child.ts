/** Claims the checkout that the given module belongs to when its stdin ends, says whether it got it, and stays. */
const { claimDevSession } = await import(Deno.args[0] ?? "");
console.log("ready");
for await (const _ of Deno.stdin.readable);
console.log(await claimDevSession().then(() => "claimed", (error: Error) => error.name));
setInterval(() => {}, 60_000);
