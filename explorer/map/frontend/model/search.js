// Search for parts by words and values in any order: `3x3 conv`, `conv2 stage4`, `params > 1M`.

import { cached } from "./cached.js";

/**
 * @typedef {import("./network.js").Net} Net
 * @typedef {import("./network.js").Part} Part
 *
 * @typedef {import("./networks.js").Vocabulary} Vocabulary
 *
 * @typedef {object} Term
 * @property {string} text
 * @property {string} [key] of a setting or measure; without it the term is a word
 * @property {string} [sign]
 * @property {string} [wanted]
 */

const MOST = 20000;
/** @type {Record<string, number>} */
const UNITS = { k: 1, m: 2, g: 3, t: 4 };
const SIGN = /^(.+?)(!=|>=|<=|=|>|<)(.+)$/;
const NUMBER = /^\d[\d.,]*(?:e\d+)?(?:[kmgt](?:i?b)?|px|x[\dx]+)?$/;
const NUMBERED = ["stage", "block", "path"];

/**
 * All parts that meet every term of a query, in flow order.
 *
 * A word is compared with a part's name, kind and label, and a word with a slash with its id;
 * `conv2 stage4` finds the parts named conv2 inside stage4. A setting or metric of a layer is
 * compared with =, !=, <, <=, > or >=; `groups 32` and `32 groups` mean `groups = 32`.
 *
 * @param {Net} net
 * @param {string} query
 * @returns {Part[]}
 */
export function search(net, query) {
  const terms = termsOf(query, net.vocabulary);
  return terms.length ? find(net, terms) : [];
}

/** Why a query finds nothing, in a sentence. @param {Net[]} nets at least one @param {string} query */
export function explain(nets, query) {
  const { vocabulary } = nets[0];
  const terms = termsOf(query, vocabulary);
  const unknown = terms.find(({ key }) => key && !Object.values(vocabulary.keys).includes(key));
  if (unknown) return `“${unknown.key}” is not a setting or measure. Known: ${[...new Set(Object.values(vocabulary.keys))].sort().join(", ")}.`;
  const missing = terms.find((term) => nets.every((net) => !find(net, [term]).length));
  if (missing) return `Nothing found: no part matches “${missing.text}”.`;
  return `Nothing found: no part matches all of ${terms.map(({ text }) => `“${text}”`).join(", ")}.`;
}

/** @param {Net} net @param {Term[]} terms @returns {Part[]} */
function find(net, terms) {
  const tests = terms.map((term) => (term.key ? valueTest(term) : wordTest(term.text)));
  const full = 2 ** tests.length - 1;
  /** @type {Part[]} */
  const found = [];
  /** @type {(part: Part, around: number) => void} */
  const visit = (part, around) => {
    let [own, inherited] = [0, around];
    if (part.parent && !part.isVirtual) {
      for (let i = 0, bit = 1; i < tests.length; i++, bit *= 2) {
        if (!tests[i].test(part)) continue;
        own |= bit;
        if (tests[i].inherits) inherited |= bit;
      }
    }
    // A part inside a match is another match only if it meets every term itself.
    if (found.length < MOST && own && (own === full || (around !== full && (own | around) === full))) found.push(part);
    for (const child of part.children) visit(child, inherited);
  };
  visit(net.root, 0);
  return found;
}

/** The words and comparisons of a query. @param {string} query @param {Vocabulary} vocabulary @returns {Term[]} */
function termsOf(query, { keys, synonyms }) {
  let text = plain(query).replace(/==|:/g, "=").replace(/\s*(!=|>=|<=|=|>|<)\s*/g, "$1");
  text = replaced(text, synonyms, (word) => synonyms[word]);
  // Names of several words become one word.
  text = replaced(text, keys, (word) => keys[word].replaceAll(" ", "_"));
  text = text.replace(/([=<>][\d.,]+)\s+(?=(?:[kmgt](?:i?b)?|px)(?:\s|$))/g, "$1");
  const names = new Set(Object.values(keys).map((key) => key.replaceAll(" ", "_")));
  const words = text.split(/[\s;]+|,(?!\d{3}(?!\d))/).filter(Boolean);
  const spaced = (/** @type {string} */ key) => (names.has(key) ? keys[key] ?? keys[key.replaceAll("_", " ")] : key);
  /** @type {Term[]} */
  const terms = [];
  for (let i = 0; i < words.length; i++) {
    const [word, next = "", after = ""] = words.slice(i, i + 3);
    const match = word.match(SIGN);
    /** @type {(key: string, sign: string, wanted: string) => Term} */
    const value = (key, sign, wanted) => ({ text: `${key.replaceAll("_", " ")} ${sign} ${wanted}`, key: spaced(key), sign, wanted });
    if (match) terms.push(value(match[1], match[2], match[3]));
    else if (names.has(word) && NUMBER.test(next)) terms.push(value(word, "=", words[++i]));
    else if (/^\d+$/.test(word) && names.has(next) && next.endsWith("s") && !NUMBER.test(after)) terms.push(value(words[++i], "=", word));
    else if (NUMBERED.includes(word) && /^\d+$/.test(next)) terms.push({ text: word + words[++i] });
    else terms.push({ text: word });
  }
  return terms;
}

/** @param {string} text @param {Record<string, string>} words @param {(word: string) => string} by */
function replaced(text, words, by) {
  const all = Object.keys(words).sort((a, b) => b.length - a.length);
  if (!all.length) return text;
  return text.replace(new RegExp(`(?<![\\w/-])(${all.join("|")})(?![\\w/-])`, "g"), (word) => by(word));
}

/** Lower case, with x for a multiplication sign between numbers. @param {string} text */
function plain(text) {
  const signs = text.toLowerCase().replace(/≥/g, ">=").replace(/≤/g, "<=").replace(/≠/g, "!=");
  return signs.replace(/(\d)\s*[×*x]\s*(?=\d)/g, "$1x");
}

/** @param {Term} term @returns {{test: (part: Part) => boolean, inherits: boolean}} */
function valueTest({ key = "", sign = "=", wanted = "" }) {
  const number = numberOf(wanted);
  const test = (/** @type {Part} */ part) => {
    const value = valueOf(part, key);
    if (value === undefined || value === null) return false;
    if (number !== null && typeof value === "number") return compare(value, sign, number);
    const same = String(value).toLowerCase() === wanted;
    return sign === "=" ? same : sign === "!=" && !same;
  };
  return { test, inherits: false };
}

/** @param {string} word @returns {{test: (part: Part) => boolean, inherits: boolean}} */
function wordTest(word) {
  if (word.includes("/")) return { test: (part) => part.id.toLowerCase().includes(word), inherits: false };
  const one = word.length > 3 && word.endsWith("s") ? [word, word.slice(0, -1)] : [word];
  // Ten thousand layers share few names and descriptions, so each of these is tested once.
  const named = remembered((/** @type {string} */ name) => one.some((w) => within(name.toLowerCase(), w)));
  const described = remembered((/** @type {import("./network.js").Template} */ template) => one.some((w) => describes(template, w)));
  return { test: ({ name, template }) => named(name) || described(template), inherits: true };
}

/** A function that computes the value of each key once. @template K @param {(key: K) => boolean} compute @returns {(key: K) => boolean} */
function remembered(compute) {
  /** @type {Map<K, boolean>} */
  const known = new Map();
  return (key) => cached(known, key, () => compute(key));
}

/** Whether a name contains a word; `path12` does not contain `path1`. @param {string} name @param {string} word */
function within(name, word) {
  if (/^\d+$/.test(word)) return false;
  const at = name.indexOf(word);
  return at >= 0 && !(/\d$/.test(word) && /\d/.test(name[at + word.length] ?? ""));
}

/** Whether a kind or label contains a word. @param {import("./network.js").Template} template @param {string} word */
function describes({ kind = "", label = "", out }, word) {
  // "conv2" is a name: it must not find every Conv2D.
  const lower = kind.toLowerCase();
  if (/\d/.test(word) ? lower === word : lower.includes(word)) return true;
  if (/^\d+x\d+x\d+$/.test(word)) return (out ?? []).join("x") === word;
  return plain(label).split(/[\s,]+/).some((said) => (/\d/.test(word) ? said === word : said.startsWith(word)));
}

/** @param {Part} part @param {string} key */
function valueOf(part, key) {
  const layer = part.template;
  if (key === "name") return part.name;
  if (!part.isLayer) return undefined;
  if (key === "receptive field") return part.reach;
  if (key === "in") return (layer.in ?? []).map((s) => s.join("x")).join(",");
  if (key === "out") return (layer.out ?? []).join("x");
  if (key === "channels") return layer.out?.[layer.out.length - 1];
  return layer.tags?.[key] ?? /** @type {any} */ (layer)[key];
}

/** 1e6, 1.5M, 2 MiB, 427 px, and 3x3 as 3. @param {string} text */
function numberOf(text) {
  const square = text.match(/^(\d+)x(\d+)$/);
  if (square) return square[1] === square[2] ? Number(square[1]) : null;
  const match = text.match(/^([\d.,]+(?:e\d+)?)(?:([kmgt])(i?b)?|px)?$/);
  if (!match) return null;
  return Number(match[1].replace(/,/g, "")) * (match[3] ? 1024 : 1000) ** (UNITS[match[2]] ?? 0);
}

/** @param {number} value @param {string} sign @param {number} number */
function compare(value, sign, number) {
  return { "=": value === number, "!=": value !== number, ">": value > number, "<": value < number, ">=": value >= number, "<=": value <= number }[sign] ?? false;
}
