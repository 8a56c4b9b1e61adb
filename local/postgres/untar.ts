import { gunzipSync } from "node:zlib";

const BLOCK = 512;
const decoder = new TextDecoder();

/**
 * The regular files of a gzipped tar archive, by path. Enough for the archives that the platform unpacks:
 * ustar with short names, no links; not every machine has a `tar`.
 *
 * @example
 * ```ts ignore
 * for (const [path, content] of untar(await Deno.readFile("pgtap.tar.gz"))) console.log(path, content.length);
 * ```
 */
export function* untar(archive: Uint8Array): Generator<[path: string, content: Uint8Array]> {
  const bytes = new Uint8Array(gunzipSync(archive));
  let offset = 0;
  while (offset + BLOCK <= bytes.length && bytes[offset] !== 0) {
    const header = bytes.subarray(offset, offset + BLOCK);
    const size = parseInt(text(header, 124, 12).trim() || "0", 8);
    const type = text(header, 156, 1);
    const prefix = text(header, 345, 155);
    const name = text(header, 0, 100);
    offset += BLOCK;
    if (type === "0" || type === "") {
      yield [prefix === "" ? name : `${prefix}/${name}`, bytes.subarray(offset, offset + size)];
    }
    offset += Math.ceil(size / BLOCK) * BLOCK;
  }
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return decoder.decode(end === -1 ? field : field.subarray(0, end));
}
