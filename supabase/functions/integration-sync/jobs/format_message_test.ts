import assert from "node:assert/strict";
import type { AlertFormat } from "../database/alerts_api.ts";
import { formatMessage } from "./format_message.ts";

/** As `sync_scheduler.message_text` escapes, and as the database stores it. */
function stored(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return JSON.stringify({ type: "alert.raised", timestamp: "2026-11-29T12:00:00Z", text: escaped, data: {} });
}

/** The text that a reader of this format is shown. */
function shown(format: AlertFormat, text: string): string {
  const body = JSON.parse(formatMessage(format, stored(text)));
  switch (format) {
    case "discord":
      return body.content;
    case "teams":
      return body.attachments[0].content.body[0].inlines[0].text;
    default:
      return body.text;
  }
}

const hostile = [
  "<!channel> <@U024BE7LH> <https://evil.example|your bank> &lt;b&gt;",
  "@everyone @here <@80351110224678912> <@&165511591545143296> <#103735883630395392> </cmd:1> <t:1618953630:R>",
  "[your bank](https://evil.example) https://evil.example ![x](https://evil.example/x.png) <https://evil.example>",
  "*bold* _it_ ~~gone~~ ||spoiler|| `code` ```block``` > quote # head - item 1. one \\* \\\\<@1>",
  '<at>Kari</at> {{DATE(2026-11-29T12:00:00Z, SHORT)}} ${x} @{triggerBody()} "quoted" \u0007 \u2028',
];

Deno.test("the format slack sends a text in which nothing but entities is left of its control characters", () => {
  for (const text of hostile) {
    const said = shown("slack", text);
    assert.doesNotMatch(said, /[<>]|&(?!(amp|lt|gt);)/);
    const decoded = said.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    assert.equal(decoded, text);
  }
  const { text: _text, ...settings } = JSON.parse(formatMessage("slack", stored("x")));
  assert.deepEqual(settings, { unfurl_links: false, unfurl_media: false, link_names: false, mrkdwn: false });
});

Deno.test("the format discord escapes every punctuation character, and allows no mention", () => {
  for (const text of hostile) {
    const said = shown("discord", text);
    // What Discord makes of a backslash: the character behind it, as text.
    assert.equal(said.replace(/\\([^0-9A-Za-z\s])/g, "$1"), text);
    assert.doesNotMatch(said.replace(/\\[^0-9A-Za-z\s]/g, ""), /[\\@<>[\]()*_~`|#:!]/);
  }
  const { content: _content, ...settings } = JSON.parse(formatMessage("discord", stored("x")));
  assert.deepEqual(settings, { allowed_mentions: { parse: [] }, flags: 4 });
});

Deno.test("the format teams sends an Adaptive Card with a run of plain text, and no entity that would be a mention", () => {
  for (const text of hostile) {
    assert.equal(shown("teams", text), text);
    const body = JSON.parse(formatMessage("teams", stored(text)));
    assert.deepEqual([body.type, body.attachments.length], ["message", 1]);
    const [{ contentType, content }] = body.attachments;
    assert.equal(contentType, "application/vnd.microsoft.card.adaptive");
    assert.deepEqual([content.type, content.version, content.msteams], ["AdaptiveCard", "1.2", undefined]);
    assert.deepEqual(content.body.map(({ type }: { type: string }) => type), ["RichTextBlock"]);
  }
});

Deno.test("the format json is what the database has written, byte for byte", () => {
  const body = `{"text": "&lt;x&gt;",  "amount": 1.10}`;
  assert.equal(formatMessage("json", body), body);
});

Deno.test("a text that is too long is cut within each format's limit, never inside an escape", () => {
  const limits = { slack: 4000, discord: 2000, teams: 4000 } as const;
  for (
    const text of [
      "<".repeat(5000),
      "*".repeat(5000),
      "🧾".repeat(5000),
      "a".repeat(5000),
      `a${"&".repeat(5000)}`,
    ]
  ) {
    for (const [format, most] of Object.entries(limits)) {
      const said = shown(format as AlertFormat, text);
      assert.ok(said.length <= most, format);
      assert.match(said, /…$/);
      const half = { slack: /&[a-z]*…$/, discord: /(^|[^\\])(\\\\)*\\…$/, teams: /[\ud800-\udbff]…$/ };
      assert.doesNotMatch(said, half[format as keyof typeof half]);
    }
    assert.ok(new TextEncoder().encode(formatMessage("teams", stored(text))).length < 28_000);
  }
});
