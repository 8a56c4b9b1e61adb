/**
 * Whether an IP address is one of the internet: not of this machine, its network, or a cloud's own services. What is
 * not known to be public is not.
 *
 * @param address As `URL` and DNS write it, without brackets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isPublicAddress } from "./public_address.ts";
 *
 * assert.equal(isPublicAddress("93.184.215.14"), true);
 * assert.equal(isPublicAddress("169.254.169.254"), false);
 * assert.equal(isPublicAddress("::ffff:10.0.0.1"), false);
 * ```
 */
export function isPublicAddress(address: string): boolean {
  return address.includes(":") ? isPublicV6(address) : isPublicV4(address);
}

// IANA's special-purpose registry: https://www.iana.org/assignments/iana-ipv4-special-registry
const reservedV4: readonly (readonly [network: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

function isPublicV4(address: string): boolean {
  const number = parseV4(address);
  if (number === null) return false;
  return !reservedV4.some(([network, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(number / size) === Math.floor((parseV4(network) ?? 0) / size);
  });
}

function parseV4(address: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null;
  const bytes = address.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes.reduce((number, byte) => number * 256 + byte, 0) : null;
}

function isPublicV6(address: string): boolean {
  const groups = parseV6(address);
  if (groups === null) return false;
  const [first = 0, second = 0] = groups;
  const [high = 0, low = 0] = groups.slice(6);
  // The internet of IPv4, as a network without it writes its addresses (NAT64).
  if (groups.slice(0, 6).join() === [0x64, 0xff9b, 0, 0, 0, 0].join()) {
    return isPublicV4([high >> 8, high & 255, low >> 8, low & 255].join("."));
  }
  // Global unicast, but for protocols, tunnels (Teredo, 6to4) and documentation.
  const isSpecial = (first === 0x2001 && (second < 0x200 || second === 0xdb8)) || first === 0x2002 ||
    first === 0x3fff;
  return first >> 13 === 1 && !isSpecial;
}

function parseV6(address: string): number[] | null {
  // One that ends like an address of IPv4 is none here: those are mapped ones, which are not public in any case.
  const halves = address.split("::").map((half) => half === "" ? [] : half.split(":"));
  const [head = [], tail = []] = halves;
  const missing = 8 - head.length - tail.length;
  const isWhole = halves.length === 1 ? missing === 0 : halves.length === 2 && missing > 0;
  const groups = [...head, ...Array<string>(Math.max(missing, 0)).fill("0"), ...tail];
  return isWhole && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : null;
}
