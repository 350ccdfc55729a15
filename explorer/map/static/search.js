// Finding parts by name, kind or value: `conv2`, `groups=32`, `params>1e6 stage3/`.

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {(part: Part) => boolean} Test
 */

const MOST = 20000;
/** @type {Record<string, number>} */
const UNITS = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** @type {Record<string, string>} */
const ALIASES = { rf: "field", "receptive_field": "field", size: "kernel", strides: "stride", cardinality: "groups", parameters: "params" };

/**
 * All parts that meet every term of a query, in flow order.
 *
 * A bare word is part of a name or kind, or of a whole place if it has a slash. The others
 * compare a setting or a value of layers with =, !=, <, <=, > or >=.
 *
 * @param {import("./model.js").Net} net
 * @param {string} query
 * @returns {Part[]}
 */
export function search(net, query) {
  const tests = query.trim().split(/\s+/).filter(Boolean).map(termTest);
  if (!tests.length) return [];
  /** @type {Part[]} */
  const found = [];
  for (const part of net.parts()) {
    if (part.parent && !part.isVirtual && tests.every((test) => test(part))) found.push(part);
    if (found.length >= MOST) break;
  }
  return found;
}

/** @param {string} term @returns {Test} */
function termTest(term) {
  const match = term.match(/^([a-z_]+)(!=|>=|<=|=|>|<)(.+)$/i);
  if (!match) return wordTest(term.toLowerCase());
  const key = ALIASES[match[1].toLowerCase()] ?? match[1].toLowerCase();
  const [, , sign, wanted] = match;
  const number = numberOf(wanted);
  return (part) => {
    const value = valueOf(part, key);
    if (value === undefined || value === null) return false;
    if (number !== null && typeof value === "number") return compare(value, sign, number);
    const same = String(value).toLowerCase() === wanted.toLowerCase().replace(/×/g, "x");
    return sign === "=" ? same : sign === "!=" && !same;
  };
}

/** @param {string} word @returns {Test} */
function wordTest(word) {
  // "conv2" is a name: it must not find every Conv2D.
  const inKind = (/** @type {string} */ kind) => (/\d/.test(word) ? kind === word : kind.includes(word));
  if (word.includes("/")) return (part) => part.id.toLowerCase().includes(word);
  return (part) =>
    part.name.toLowerCase().includes(word) ||
    (part.isLayer && inKind((part.template.kind ?? "").toLowerCase()));
}

/** @param {Part} part @param {string} key */
function valueOf(part, key) {
  const layer = part.template;
  if (!part.isLayer) return key === "name" ? part.name : undefined;
  if (key === "name") return part.name;
  if (key === "kind") return layer.kind;
  if (key === "field") return part.reach;
  if (key === "in") return (layer.in ?? []).map((s) => s.join("x")).join(",");
  if (key === "out") return (layer.out ?? []).join("x");
  if (key === "channels") return layer.out?.[layer.out.length - 1];
  return layer.tags?.[key] ?? /** @type {any} */ (layer)[key];
}

/** 1e6, 1.5M, 32. @param {string} text */
function numberOf(text) {
  const match = text.match(/^([\d.,]+(?:e\d+)?)([kmgt]?)$/i);
  return match ? Number(match[1].replace(/,/g, "")) * (UNITS[match[2].toLowerCase()] ?? 1) : null;
}

/** @param {number} value @param {string} sign @param {number} number */
function compare(value, sign, number) {
  return { "=": value === number, "!=": value !== number, ">": value > number, "<": value < number, ">=": value >= number, "<=": value <= number }[sign] ?? false;
}
