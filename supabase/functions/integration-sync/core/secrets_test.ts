import assert from "node:assert/strict";
import fc from "fast-check";
import { createSecrets } from "./secrets.ts";

const secret = 'Hemmelig "nøkkel"/+\\ %&?😀\n1234';
const bytes = new TextEncoder().encode(secret);
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const hex = (text: string) =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64url = (text: string) =>
  base64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const units = (text: string, prefix: string) =>
  Array.from({ length: text.length }, (_, n) => prefix + text.charCodeAt(n).toString(16).padStart(4, "0"));

/** Ways in which software writes a text within another one. */
const ways: Readonly<Record<string, (text: string) => string>> = {
  "base64": base64,
  "base64 for addresses": base64url,
  "base64 in lines": (text) => base64(text).replace(/.{1,20}/g, "$&\r\n"),
  "hexadecimal digits": hex,
  "capital hexadecimal digits": (text) => hex(text).toUpperCase(),
  "hexadecimal digits with colons": (text) => hex(text).replace(/..(?=.)/g, "$&:"),
  "an address": encodeURIComponent,
  "an address that escapes everything": (text) => hex(text).replace(/../g, "%$&"),
  "JSON": (text) => JSON.stringify(text).slice(1, -1),
  "JSON that escapes everything": (text) => units(text, "\\u").join(""),
  "C": (text) => hex(text).replace(/../g, "\\x$&"),
  "HTML": (text) =>
    text.replace(
      /[&<>"']/g,
      (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? "&#39;",
    ),
  "HTML that escapes everything": (text) => Array.from(text, (one) => `&#${one.codePointAt(0)};`).join(""),
  "Basic": (text) => `Basic ${base64(`user:${text}`)}`,
  "Basic, the other way round": (text) => `Basic ${base64(`${text}:user`)}`,
  "a field of JSON": (text) => JSON.stringify({ key: text, next: 1 }),
};

/** Another secret of the same shape: as long in every way of writing. */
function other(secret: string): string {
  const next = (one: string, first: string, last: string) =>
    one === last ? first : String.fromCharCode(one.charCodeAt(0) + 1);
  return secret
    .replace(/[A-Z]/g, (one) => next(one, "A", "Z"))
    .replace(/[d-z]/g, (one) => next(one, "d", "z"))
    .replace(/[0-9]/g, (one) => next(one, "0", "9"));
}

Deno.test("what is left of a secret that was written in up to two ways does not depend on the secret", () => {
  const secrets = fc.oneof(
    fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 60 }),
    fc.string({ unit: "grapheme", minLength: 8, maxLength: 30 }),
    fc.uuid(),
  ).map((text) => `Z${text}9`).filter((text) => text.replace(/[^ -~]|[\s%\\+-]/g, "").length >= 8);
  const names = fc.array(fc.constantFrom(...Object.keys(ways)), { maxLength: 2 });
  const around = fc.string({ unit: fc.constantFrom(..."abcXYZ019 .:=/_"), maxLength: 12 });
  fc.assert(
    fc.property(secrets, names, around, around, (secret, names, before, after) => {
      const said = [secret, other(secret)].map((secret) => {
        const written = names.reduce((text, name) => (ways[name] ?? String)(text), secret);
        return createSecrets({ secret }).redact(`${before} ${written} ${after}`);
      });
      assert.match(said[0] ?? "", /\*\*\*/);
      assert.equal(said[0], said[1]);
    }),
    { numRuns: 1000 },
  );
});

const quotes: [how: string, quoted: string][] = [
  ["as it is", secret],
  ["in capitals", secret.toUpperCase()],
  ["in an address", encodeURIComponent(secret)],
  ["in a form", new URLSearchParams({ "": secret }).toString().slice(1)],
  ["in an address within another", encodeURIComponent(encodeURIComponent(encodeURIComponent(secret)))],
  ["with every byte escaped", Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")],
  ["in JSON", JSON.stringify(secret).slice(1, -1)],
  [
    "in JSON of ASCII alone",
    secret.replace(/[^ -~]|"|\\/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ],
  ["in JSON that escapes slashes", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")],
  ["in base64", base64(secret)],
  ["in base64 for addresses", base64(secret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")],
  ["in base64 in an address", encodeURIComponent(base64(secret))],
];

for (const [how, quoted] of quotes) {
  Deno.test(`a secret is redacted when it is quoted ${how}`, () => {
    const { redact } = createSecrets({ keys: [{ secret }] });
    // The padding of base64 may be left.
    assert.match(redact(`No: ${quoted}.`), /^No: \*\*\*(=|%3D)*\.$/);
  });
}

Deno.test("a secret is redacted in base64 whatever comes before and after it", () => {
  // What is left of it is what its first and its last character share with their neighbours.
  for (const token of ["s3cr3t/token?", "s3cr3t/token??", "s3cr3t/token???"]) {
    const { redact } = createSecrets({ token });
    for (const before of ["", "a", "ab", "abc"]) {
      for (const after of ["", "z", "yz", "xyz"]) {
        const said = redact(`Basic ${base64(before + token + after)}`);
        assert.match(said, /^Basic .{0,4}\*\*\*.{0,8}$/, `${before}|${token}|${after}`);
      }
    }
  }
});

Deno.test("a secret that contains another is redacted whole", () => {
  const { redact } = createSecrets({ a: "hemmelig-1", b: "hemmelig-1-lang" });
  assert.equal(redact("hemmelig-1-lang, hemmelig-1"), "***, ***");
});

Deno.test("a signing secret is redacted without its prefix, too", () => {
  const key = btoa("a".repeat(24));
  assert.equal(
    createSecrets({ signing_secret: `whsec_${key}` }).redact(`The key is ${key}`),
    "The key is ***",
  );
});

Deno.test("what is no secret stays when it looks like one", () => {
  const { redact } = createSecrets({ region: "eu-1", token: "a.token+of*(signs)" });
  assert.equal(redact("eu-1: aXtoken+of*(signs)"), "eu-1: aXtoken+of*(signs)");
  assert.equal(createSecrets(null).redact("Nothing is known."), "Nothing is known.");
});

Deno.test("a secret that was added is redacted, and is none of anybody else's", () => {
  const [own, other] = [createSecrets(), createSecrets()];
  own.add("ey.what-we-got-for-it");
  assert.equal(own.redact("Bearer ey.what-we-got-for-it"), "Bearer ***");
  assert.equal(other.redact("Bearer ey.what-we-got-for-it"), "Bearer ey.what-we-got-for-it");
});

Deno.test("of a secret at the place where a text is cut, nothing is left", () => {
  const token = "s3cr3t/token-of-a-tenant";
  const { redact } = createSecrets({ token });
  for (const way of [String, base64, hex, (text: string) => base64(hex(text))]) {
    for (const before of [19_970, 19_985, 19_999]) {
      const said = redact(`${".".repeat(before)}${way(token)}${"!".repeat(9000)}`).slice(before);
      assert.match(said, /^\*\*\*[=!]*$/);
    }
  }
});

Deno.test("a text without end is cut, and costs no time that grows with it", () => {
  const { redact } = createSecrets({ token: "%25%25%25-s3cr3t-token" });
  const said = redact(`${"%25".repeat(1 << 20)}`);
  assert.ok(said.length <= 20_000);
});

Deno.test("a secret is found however deep it lies", () => {
  const credentials = JSON.parse(`${"[".repeat(8000)}"hemmelig-1"${"]".repeat(8000)}`);
  assert.equal(createSecrets(credentials).redact("No: hemmelig-1."), "No: ***.");
});

Deno.test("a secret is redacted when the text is nothing else, and when it is all signs", () => {
  const { redact } = createSecrets({ a: "abcdefgh", b: "%%%%++++" });
  assert.deepEqual(["abcdefgh", "%%%%++++", "abcdefg"].map(redact), ["***", "***", "abcdefg"]);
});
