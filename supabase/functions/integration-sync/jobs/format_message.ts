import type { AlertFormat } from "../database/alerts_api.ts";

// Slack truncates at 40,000 characters and advises 4,000 at most: https://docs.slack.dev/reference/methods/chat.postMessage
const slackCharacters = 4000;
// "content: the message contents (up to 2000 characters)": https://docs.discord.com/developers/resources/webhook
const discordCharacters = 2000;
// A message of Teams has 28 KB with everything about it (https://learn.microsoft.com/connectors/teams/): a character of JSON
// takes up to six bytes.
const teamsCharacters = 4000;
/** Links in a message are shown without a preview: https://docs.discord.com/developers/resources/message#message-object-message-flags */
const suppressEmbeds = 4;

/**
 * A message in the format that a receiver takes. Always the same bytes for the same message.
 *
 * Its text may quote an external system. `sync_scheduler.message_text` has taken links and mentions out of it; here it is
 * escaped, so that no format reads it as markup.
 *
 * | format | body | what is done to the text |
 * | --- | --- | --- |
 * | `json` | as the database has written it | as `slack`, for receivers that imitate Slack |
 * | `slack` | `text` | `&`, `<` and `>` as entities, which Slack asks for; no markup, no preview of links, no names looked up |
 * | `teams` | an Adaptive Card | a `TextRun`, the one element that reads no Markdown |
 * | `discord` | `content` | a backslash before every punctuation character of markup; no mention is allowed |
 *
 * Where to read more: https://docs.slack.dev/messaging/formatting-message-text,
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (the envelope, which
 * workflows of Teams take, too), https://adaptivecards.io/explorer/TextRun.html,
 * https://docs.discord.com/developers/resources/message#allowed-mentions-object. No receiver was asked; the lengths (28 KB in
 * Teams, 2,000 characters in Discord) were seen in documents, the rest is known from use. Confidence: medium.
 *
 * @param body JSON of the database with a `text` that is escaped for Slack.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatMessage } from "./format_message.ts";
 *
 * const body = JSON.stringify({ type: "alert.raised", text: "[critical] ERP: &lt;!channel&gt; *down*" });
 * assert.equal(formatMessage("json", body), body);
 * const { text } = JSON.parse(formatMessage("slack", body));
 * assert.equal(text, "[critical] ERP: &lt;!channel&gt; *down*");
 * const { content } = JSON.parse(formatMessage("discord", body));
 * assert.equal(content, String.raw`\[critical\] ERP\: \<\!channel\> \*down\*`);
 * ```
 */
export function formatMessage(format: AlertFormat, body: string): string {
  if (format === "json") return body;
  const text = plainText(body);
  switch (format) {
    case "slack":
      return JSON.stringify({
        text: escapeWithin(text, slackCharacters, (character) => entities[character] ?? character),
        unfurl_links: false,
        unfurl_media: false,
        link_names: false,
        mrkdwn: false,
      });
    case "discord":
      return JSON.stringify({
        content: escapeWithin(
          text,
          discordCharacters,
          (character) => /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character,
        ),
        allowed_mentions: { parse: [] },
        flags: suppressEmbeds,
      });
    case "teams":
      return JSON.stringify({
        type: "message",
        attachments: [{
          contentType: "application/vnd.microsoft.card.adaptive",
          contentUrl: null,
          content: {
            $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            type: "AdaptiveCard",
            version: "1.2",
            body: [{
              type: "RichTextBlock",
              inlines: [{
                type: "TextRun",
                text: escapeWithin(text, teamsCharacters, (character) => character),
              }],
            }],
          },
        }],
      });
  }
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** The text before `sync_scheduler.message_text` escaped it. */
function plainText(body: string): string {
  const text = String(Object(JSON.parse(body)).text ?? "");
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Escapes character by character, and cuts where another one would be too much: never inside of one. */
function escapeWithin(text: string, most: number, escape: (character: string) => string): string {
  let escaped = "";
  for (const character of text) {
    const next = escape(character);
    if (escaped.length + next.length > most - 1) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}
