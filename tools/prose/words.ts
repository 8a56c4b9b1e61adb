/** Words that make a text hard to read, each with what to write instead. */
export const WORDS: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(?:nobody|somebody|who(?:m)?ever)\b/i, "name the actor: the tick, the worker, the admin"],
  // As the subject: not "each one may".
  [
    /(?:^|(?<=[,;:(] )|(?<=\b(?:if|when|that|what|how|where|as|so|then) ))one (?:can|could|may|must|should|would|needs)\b/i,
    "name the actor",
  ],
  [/\b(?:tell|tells|telling|told)\b/i, "report, notify, say, distinguish"],
  // "Stand-in" is a noun, and an abbreviation may stand for something.
  [/\b(?:stands?|stood)\b(?!-| for\b)/i, "is"],
  [/\bmend(?:s|ed|ing)?\b/i, "fix"],
  [/\bbeside\b/i, "next to"],
  [/\bno more\b(?! than\b)/i, "no longer"],
  [/\blet(?:s|ting)? (?:\w+ )?in\b/i, "accept"],
  [/\bof which\b/i, "two sentences"],
  [/\bto be had\b/i, "available"],
];
