/** Reads one of the SQL files next to this module. */
export async function script(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(name, import.meta.url));
}
