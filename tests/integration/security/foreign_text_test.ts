/**
 * What a vendor, an entry or a person writes reaches a chat as text alone, in every format.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { AlertFormat } from "../../../supabase/functions/integration-sync/database/alerts_api.ts";
import { formatMessage } from "../../../supabase/functions/integration-sync/jobs/format_message.ts";
import { usePlatform } from "../../support/platform.ts";

/** A foreign text, and what a reader is shown of it. */
const TEXTS: readonly (readonly [foreign: string, shown: string])[] = [
  ["Log in at https://evil.example/x?y=1.", "Log in at https[:]//evil[.]example/x?y=1."],
  ["HTTP://EVIL.EXAMPLE slack://open teams://x", "HTTP[:]//EVIL[.]EXAMPLE slack[:]//open teams[:]//x"],
  ["www.evil.example, evil.com/a and t.co", "www[.]evil[.]example, evil[.]com/a and t[.]co"],
  ["mailto:ola@evil.example or ola@evil.no", "mailto:ola@evil[.]example or ola@evil[.]no"],
  ["пример.рф and evil。com and evil．com", "пример[.]рф and evil[.]com and evil[.]com"],
  ["xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd[.]xn--p1ai"],
  ["evil\u200b.com and evil.\u2060com", "evil .com and evil. com"],
  ["evil\u200e.com a\u00adb c\u061cd e\u200ff", "evil .com a b c d e f"],
  [
    "[your bank](https://evil.example) ![x](//evil.no)",
    "[your bank] (https[:]//evil[.]example) ![x] (//evil[.]no)",
  ],
  ["@channel @here (@everyone) @kari", "@ channel @ here (@ everyone) @ kari"],
  [
    "<!channel> <@U024BE7LH> <https://evil.example|bank>",
    "<!channel> <@ U024BE7LH> <https[:]//evil[.]example|bank>",
  ],
  [
    "Refused.\n[resolved] Xledger: all is well\u2028again\u202egnp",
    "Refused. [resolved] Xledger: all is well again gnp",
  ],
  ["1 200.50 NOK on 29.11.2026, e.g. B-17.", "1 200.50 NOK on 29.11.2026, e.g. B-17."],
];

/** The text that a reader of this format is shown, once its escapes are read. */
const READERS: Readonly<Record<AlertFormat, (body: string) => string>> = {
  json: (body) => decodeEntities(JSON.parse(body).text),
  slack: (body) => decodeEntities(JSON.parse(body).text),
  teams: (body) => JSON.parse(body).attachments[0].content.body[0].inlines[0].text,
  discord: (body) => JSON.parse(body).content.replace(/\\([^0-9A-Za-z\s])/g, "$1"),
};

function decodeEntities(text: string): string {
  assert.doesNotMatch(text, /[<>]/);
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What chats make links or mentions of, in a text without markup. */
const ALIVE = [
  /[a-z][a-z0-9+.-]*:\/\//i,
  /[\p{L}\p{N}][.。．｡]\p{L}{2}/u,
  /(^|[^\p{L}\p{N}])@[\p{L}\p{N}]/u,
  /\]\(/,
  /[\p{Cc}\u00ad\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
];

Deno.test("no foreign text is a link, a mention or a line of its own, in any format", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  for (const [foreign, expected] of TEXTS) {
    const [row] = await database.sql<{ text: string }[]>`
      select sync_scheduler.message_text('critical', 'xledger', ${foreign}) as text`;
    const body = JSON.stringify({ type: "alert.raised", text: row?.text, data: {} });
    for (const [format, read] of Object.entries(READERS)) {
      const shown = read(formatMessage(format as AlertFormat, body));
      assert.equal(shown, `[critical] Xledger: ${expected}`, format);
      for (const pattern of ALIVE) assert.doesNotMatch(shown, pattern, `${format}: ${foreign}`);
    }
  }
});
