// Differences among networks side by side: parts with the same id are compared.

import { cached } from "./cached.js";
import { blocksIn, full, shapeText, short } from "./labels.js";

/**
 * @typedef {import("./network.js").Net} Net
 * @typedef {import("./network.js").Part} Part
 *
 * @typedef {"differs"|"only"|"more"} Mark `differs`: another layer, or a box that contains one;
 *   `only`: not in every network; `more`: a box that differs by such parts only.
 */

const MOST_NAMES = 4;

/** The contents of descriptions as text, to compare them. */
class Contents {
  /** @param {Net} net */
  constructor(net) {
    this.net = net;
    /** @type {Map<number, string>} */
    this.known = new Map();
  }

  /** @param {number} number @returns {string} */
  of(number) {
    return cached(this.known, number, () => this.text(number));
  }

  /** @param {number} number @returns {string} */
  text(number) {
    const { kind, in: shapes, out, tags, params, role, children = [] } = this.net.templates[number];
    return kind
      ? JSON.stringify([kind, shapes, out, tags, params])
      : `${role}(${children.map(([name, child, sources]) => `${name}:${sources}:${this.of(child)}`).join(";")})`;
  }
}

/** Marks of the parts that are not the same in all networks. */
export class Differences {
  /** @param {Net[]} nets */
  constructor(nets) {
    this.nets = nets;
    this.contents = nets.map((net) => new Contents(net));
    /** For each network, by id. @type {Array<Map<string, Mark>>} */
    this.marks = nets.map(() => new Map());
    if (nets.length > 1) this.compare(nets.map((net) => net.root));
  }

  /** Compare the parts of one id in each network, and mark them. @param {Array<Part|undefined>} parts @returns {Mark|undefined} */
  compare(parts) {
    const texts = parts.map((part, i) => part && this.contents[i].of(part.number));
    if (texts.every((text) => text === texts[0])) return undefined;
    /** @type {Mark} */
    let mark = "differs";
    if (parts.some((part) => !part)) mark = "only";
    else if (!parts.some((part) => part?.isLayer)) {
      const byName = parts.map((part) => new Map(realChildren(part).map((child) => [child.name, child])));
      const names = [...new Set(byName.flatMap((map) => [...map.keys()]))];
      const inner = names.map((name) => this.compare(byName.map((map) => map.get(name))));
      if (inner.some(Boolean) && !inner.includes("differs")) mark = "more";
    }
    parts.forEach((part, i) => part && this.marks[i].set(part.id, mark));
    return mark;
  }

  /** @param {Part} part @returns {Mark|undefined} */
  of(part) {
    if (!part.isVirtual) return this.marks[this.nets.indexOf(part.net)]?.get(part.id);
    const inner = realChildren(part).map((child) => this.of(child));
    if (inner.includes("differs")) return "differs";
    return inner.every((mark) => mark === "only") ? "only" : inner.some(Boolean) ? "more" : undefined;
  }

  /** A sentence for each other network in which this part differs. @param {Part} part @returns {string[]} */
  notes(part) {
    return this.nets.flatMap((net, i) => {
      if (net === part.net) return [];
      const name = net.name === part.net.name ? `network ${i + 1}` : net.name;
      const other = net.find(part.id);
      if (!other) return part.isVirtual ? [] : [`Not in ${name}.`];
      const said = part.isLayer || other.isLayer ? layerChanges(part, other) : this.boxChanges(part, other);
      return said.length ? [`Unlike ${name}: ${said.join("; ")}.`] : [];
    });
  }

  /** @param {Part} part @param {Part} other @returns {string[]} */
  boxChanges(part, other) {
    const said = [];
    const [own, theirs] = [part, other].map((box) => blocksIn(box.net, box.number).length);
    if (own !== theirs) said.push(`${Math.abs(own - theirs)} ${own > theirs ? "more" : "fewer"} blocks`);
    const names = realChildren(part).filter((child) => this.differsFrom(child, other)).map((child) => child.name.replace(/\/$/, ""));
    if (names.length) said.push(`differs in ${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ""}`);
    for (const metric of /** @type {const} */ (["params", "macs"])) {
      const [own, theirs] = [part, other].map(({ totals }) => totals[metric]);
      if (own !== theirs) said.push(`${short(own)} ${part.net.vocabulary.metrics[metric].label}, not ${short(theirs)}`);
    }
    return said;
  }

  /** Whether the other network's part of the same name has other contents. @param {Part} child @param {Part} around */
  differsFrom(child, around) {
    const twin = realChildren(around).find((part) => part.name === child.name);
    const [own, theirs] = [child, around].map(({ net }) => this.contents[this.nets.indexOf(net)]);
    return twin !== undefined && own.of(child.number) !== theirs.of(twin.number);
  }
}

/** Settings in which two layers differ: the first layer's value, then the other's. @param {Part} part @param {Part} other */
function layerChanges(part, other) {
  const [own, theirs] = [part, other].map(settings);
  const names = [...new Set([...Object.keys(own), ...Object.keys(theirs)])];
  return names.filter((name) => own[name] !== theirs[name]).map((name) => `${name} ${own[name] ?? "–"}, not ${theirs[name] ?? "–"}`);
}

/** @param {Part} part @returns {Record<string, string>} */
function settings({ net, number, template }) {
  const { kind, role, in: shapes = [], tags = {}, params } = template;
  return {
    kind: kind ?? role ?? "",
    in: shapes.map(shapeText).join(", "),
    out: shapeText(net.outShape(number)),
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])),
    parameters: full(params),
  };
}

/** Children, where runs and bundles are replaced by theirs. @param {Part|undefined} part @returns {Part[]} */
function realChildren(part) {
  return (part?.children ?? []).flatMap((child) => (child.isVirtual ? realChildren(child) : [child]));
}
