import { fileURLToPath } from "node:url";
import { type Measured, measuredSchema, type Order } from "./child.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

/** Lets a process of its own measure. */
export async function runChild(order: Order): Promise<Measured> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--v8-flags=--expose-gc", CHILD, JSON.stringify(order)],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`The exporting process failed:\n${text(stderr)}`);
  return measuredSchema.parse(JSON.parse(text(stdout)));
}
