import { en, type SyncMessages } from "../../src/client/mod.ts";

const { rate_limited: wordsOfPage } = en.errors;

/** The words for a person at a terminal: the client's own are for a page, and round what is left to wait. */
export const messages: SyncMessages = {
  ...en,
  errors: {
    ...en.errors,
    not_authenticated: "The API of SUPABASE_URL does not accept the key.",
    invalid_idempotency_key: "The idempotency key is not valid.",
    idempotency_key_reused: "The idempotency key was given for something else already: give a new one.",
    rate_limited: (facts) => {
      const { retryAfterSeconds: seconds, details } = facts.error;
      const wait = seconds === null || seconds > 60 ? facts.wait : `${seconds} s`;
      const said = typeof wordsOfPage === "string" ? wordsOfPage : wordsOfPage({ ...facts, wait });
      // The limits of what stores something.
      const isStored = details.limit === "check" || details.limit === "changes_per_hour";
      return isStored ? `${said} Nothing was stored.` : said;
    },
  },
};
