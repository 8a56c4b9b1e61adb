/** The reasons of the database, with # for each number, in Bokmål. */
const REASONS: Readonly<Record<string, string>> = {
  "an element of the list is empty": "et element i listen er tomt",
  "not a value, a range or a step": "er verken en verdi, et område eller et steg",
  "neither a number nor a known name": "er verken et tall eller et kjent navn",
  "out of range: # to #": "er utenfor området (# til #)",
  "out of range": "utenfor området",
  "the range runs backwards": "området går baklengs",
  "the step is not a number": "steget er ikke et tall",
  "the step is #": "steget er #",
  "the step is larger than the field": "steget er større enn feltet",
  "a step needs a range: #": "et steg trenger et område: #",
  "at most # characters": "høyst # tegn",
  "longer than # characters": "lengre enn # tegn",
  "unknown macro": "ukjent makro",
  "five fields expected, found #": "ventet fem felt, fant #",
  "no chosen month has such a day": "ingen av de valgte månedene har en slik dag",
  "unknown setting": "ukjent innstilling",
  "every payload of this integration type is a voucher": "alt innhold for denne integrasjonstypen er bilag",
  "this integration type has no list of exported fields":
    "denne integrasjonstypen har ingen liste over felt som eksporteres",
  "must be vouchers or free": "må være vouchers eller free",
  "must be posting_date or free": "må være posting_date eller free",
  "must be a month, # to #": "må være en måned, # til #",
  'must be {"voucher": [names], "line": [names]}, without what every voucher needs':
    'må være {"voucher": [navn], "line": [navn]}, uten det som hvert bilag trenger',
  "must have a value": "må ha en verdi",
  "from and to are needed": "fra og til må oppgis",
  "from and to must be finite": "fra og til må være endelige",
  "from and to must be between # and # years from now": "fra og til må ligge mellom # og # år fram i tid",
  "from must be before to": "fra må være før til",
  "longer than # days": "lengre enn # dager",
  "to is in the future": "til er i framtiden",
  "older than what the run log keeps, so what ran then is not known": "eldre enn det kjøreloggen tar vare på",
  "more than # slots": "mer enn # tidspunkter",
  "must be a JSON object": "må være et JSON-objekt",
  "at most # KiB": "høyst # KiB",
  "every member reads config: store secrets with set_integration_credentials":
    "alle medlemmer leser config: lagre hemmeligheter med set_integration_credentials",
  "without a user name": "uten brukernavn",
  "a JSON object of at most # KiB, or null to remove them":
    "et JSON-objekt på høyst # KiB, eller null for å fjerne dem",
  "changes must be a JSON object": "endringene må være et JSON-objekt",
  "changes must be a JSON object, or null to remove it":
    "endringene må være et JSON-objekt, eller null for å fjerne den",
  "changes must be at most # KiB": "endringene må være på høyst # KiB",
  "https://, or http:// to the machine itself, without a user name":
    "https://, eller http:// til maskinen selv, uten brukernavn",
  "a public host name, not an address of a network": "et offentlig vertsnavn, ikke en nettverksadresse",
  "whsec_ and the base# of # to # bytes": "whsec_ og base# av # til # byte",
  "a list of at most # keys": "en liste med høyst # nøkler",
  "a list of entries": "en liste med poster",
  "# to #": "# til #",
  "at most #": "høyst #",
  "at least # seconds": "minst # sekunder",
};

/**
 * A reason of the database in Bokmål; one that is not known stays as it is, for it says more than nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { reasonInNorwegian } from "./nb_reasons.ts";
 *
 * assert.equal(reasonInNorwegian("out of range: 0 to 23"), "er utenfor området (0 til 23)");
 * assert.equal(reasonInNorwegian("a step needs a range: 5-59/2"), "et steg trenger et område: 5-59/2");
 * ```
 */
export function reasonInNorwegian(reason: string): string {
  const numbers = reason.match(NUMBERS) ?? [];
  return REASONS[reason.replace(NUMBERS, "#")]?.replaceAll("#", () => numbers.shift() ?? "") ?? reason;
}
const NUMBERS = /\d+(?:[-/]\d+)*/g;
