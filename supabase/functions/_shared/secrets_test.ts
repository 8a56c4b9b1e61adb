import assert from "node:assert/strict";
import { createSecrets } from "./secrets.ts";

const secret = 'Hemmelig "nøkkel"/+\\ %&?😀\n1234';
const bytes = new TextEncoder().encode(secret);
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

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
    // Of base64, the last character and the padding may be left: they hold less than one of the secret's.
    assert.match(redact(`No: ${quoted}.`), /^No: \*\*\*(|.(=|%3D)*)\.$/);
  });
}

Deno.test("a secret is redacted in base64 whatever stands before and after it", () => {
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
