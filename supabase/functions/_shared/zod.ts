// All modules of the function import zod from here, so its version is written once. The specifier is inline: a host's
// `deno check` does not read the function's own deno.json.
export * from "npm:zod@4.6.7/mini";
