/**
 * Certificates for TLS servers of tests, made with what Node has: X.509 (RFC 5280) in as few bytes as a client takes.
 *
 * @module
 */
import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

/** A certificate, its key and the name that it signs others with. */
export interface Certificate {
  readonly name: string;
  readonly key: KeyObject;
  /** For a server. */
  readonly pem: { readonly cert: string; readonly key: string };
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Who signs it; it signs itself if left out. */
  readonly issuer?: Certificate;
  /** Names and IPv4 addresses; without any it is one of an authority. */
  readonly hosts?: readonly string[];
  /** Days from now when its time begins and ends. */
  readonly days?: readonly [from: number, to: number];
}

/**
 * Makes a certificate.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { certificate } from "./certificates.ts";
 *
 * const issuer = certificate("Test CA");
 * assert.match(certificate("server", { issuer, hosts: ["localhost"] }).pem.cert, /BEGIN CERTIFICATE/);
 * ```
 */
export function certificate(name: string, options: CertificateOptions = {}): Certificate {
  const { issuer, hosts, days = [-1, 1] } = options;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [from, to] = days.map((day) => time(new Date(Date.now() + day * 86_400_000)));
  if (from === undefined || to === undefined) throw new Error("a certificate has a beginning and an end");
  const names = sequence(
    ...(hosts ?? []).map((host) =>
      /^[\d.]+$/.test(host)
        ? tagged(0x87, new Uint8Array(host.split(".").map(Number)))
        : tagged(0x82, utf8(host))
    ),
  );
  const extension = hosts === undefined
    ? sequence(oid(0x55, 0x1d, 0x13), yes, tagged(0x04, sequence(yes))) // basicConstraints: an authority
    : sequence(oid(0x55, 0x1d, 0x11), tagged(0x04, names)); // subjectAltName
  const serial = new Uint8Array([1, ...randomBytes(7)]);
  const content = sequence(
    tagged(0xa0, tagged(0x02, new Uint8Array([2]))), // version 3
    tagged(0x02, serial),
    ecdsaWithSha256,
    distinguished(issuer?.name ?? name),
    sequence(from, to),
    distinguished(name),
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    tagged(0xa3, sequence(extension)),
  );
  const signature = createSign("sha256").update(content).sign(issuer?.key ?? privateKey);
  const whole = sequence(content, ecdsaWithSha256, tagged(0x03, new Uint8Array([0, ...signature])));
  const lines = btoa(String.fromCharCode(...whole)).replace(/.{64}/g, "$&\n");
  return {
    name,
    key: privateKey,
    pem: {
      cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
      key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    },
  };
}

function tagged(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return new Uint8Array([tag, ...size, ...content]);
}

const sequence = (...parts: Uint8Array[]) => tagged(0x30, ...parts);
const oid = (...bytes: number[]) => tagged(0x06, new Uint8Array(bytes));
const utf8 = (text: string) => new TextEncoder().encode(text);
const distinguished = (name: string) =>
  sequence(tagged(0x31, sequence(oid(0x55, 4, 3), tagged(0x0c, utf8(name)))));
const time = (date: Date) => tagged(0x18, utf8(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
const yes = tagged(0x01, new Uint8Array([255]));
const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
