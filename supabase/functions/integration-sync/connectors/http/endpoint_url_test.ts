import assert from "node:assert/strict";
import { endpointUrl } from "./endpoint_url.ts";

Deno.test("endpointUrl takes an address when it says plainly where it leads", () => {
  for (
    const text of [
      "https://erp.example",
      "HTTPS://erp.example:8443/a?b#c",
      "http://[::1]:8080/",
      "http://127.0.0.1/",
      "http://kong:8000/functions/v1/demo-receiver",
    ]
  ) {
    assert.equal(endpointUrl.safeParse(text).success, true, text);
  }
});

Deno.test("endpointUrl refuses an address when URL would read another host out of it than a person, or the database", () => {
  const misleading = [
    "https:evil.example/x",
    "https:///evil.example",
    "https:\\\\evil.example",
    " https://evil.example",
  ];
  const credentials = ["https://erp.example@evil.example/", "https://erp.example\\@evil.example"];
  const unsafe = ["ftp://erp.example/", "https://erp.example/a b", "erp.example", ""];
  for (const text of [...misleading, ...credentials, ...unsafe]) {
    assert.equal(endpointUrl.safeParse(text).success, false, text);
  }
});
