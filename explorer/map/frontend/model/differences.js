// What differs among networks side by side: parts compared by their places.

import { blocksIn, full, shapeText, short } from "./words.js";

/**
 * @typedef {import("./model.js").Net} Net
 * @typedef {import("./model.js").Part} Part
 *
 * @typedef {"differs"|"only"|"more"} Mark `differs`: another layer, or a box that holds one;
 *   `only`: not in every network; `more`: a box whose only difference is such parts.
 */

const MOST_NAMES = 4;

/** Contents of each description as text, known by number. */
class Contents {
  /** @param {Net} net */
  constructor(net) {
    this.net = net;
    /** @type {Map<number, string>} */
    this.known = new Map();
  }

  /** @param {number} number @returns {string} */
  of(number) {
    const known = this.known.get(number);
    if (known !== undefined) return known;
    const { kind, in: shapes, out, tags, params, role, children = [] } = this.net.templates[number];
    const text = kind
      ? JSON.stringify([kind, shapes, out, tags, params])
      : `${role}(${children.map(([name, child, sources]) => `${name}:${sources}:${this.of(child)}`).join(";")})`;
    this.known.set(number, text);
    return text;
  }
}

/** Marks of all parts that are not the same in all networks. */
export class Differences {
  /** @param {Net[]} nets */
  constructor(nets) {
    this.nets = nets;
    this.contents = nets.map((net) => new Contents(net));
    /** For each network, by id. @type {Array<Map<string, Mark>>} */
    this.marks = nets.map(() => new Map());
    if (nets.length > 1) this.compare(nets.map((net) => net.root));
  }

  /** Mark what lies at one place in each network. @param {Array<Part|undefined>} parts @returns {Mark|undefined} */
  compare(parts) {
    const texts = parts.map((part, i) => part && this.contents[i].of(part.number));
    if (texts.every((text) => text === texts[0])) return undefined;
    /** @type {Mark} */
    let mark = "differs";
    if (parts.some((part) => !part)) mark = "only";
    else if (!parts.some((part) => part?.isLayer)) {
      const byName = parts.map((part) => new Map(solid(part).map((child) => [child.name, child])));
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
    const inner = solid(part).map((child) => this.of(child));
    if (inner.includes("differs")) return "differs";
    return inner.every((mark) => mark === "only") ? "only" : inner.some(Boolean) ? "more" : undefined;
  }

  /** A sentence for each network in which this place is not the same. @param {Part} part @returns {string[]} */
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
    const names = solid(part).filter((child) => this.differsFrom(child, other)).map((child) => child.name.replace(/\/$/, ""));
    if (names.length) said.push(`differs in ${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ""}`);
    for (const [metric, word] of /** @type {Array<["params"|"macs", string]>} */ ([["params", "parameters"], ["macs", "MACs"]])) {
      if (part.totals[metric] !== other.totals[metric]) said.push(`${short(part.totals[metric])} ${word}, not ${short(other.totals[metric])}`);
    }
    return said;
  }

  /** Whether the other network has another such part at this place. @param {Part} child @param {Part} around */
  differsFrom(child, around) {
    const twin = solid(around).find((part) => part.name === child.name);
    const [own, theirs] = [child, around].map(({ net }) => this.contents[this.nets.indexOf(net)]);
    return twin !== undefined && own.of(child.number) !== theirs.of(twin.number);
  }
}

/** Settings of a layer that are not the same, ours first. @param {Part} part @param {Part} other */
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

/** Children with those of runs and bundles in their place. @param {Part|undefined} part @returns {Part[]} */
function solid(part) {
  return (part?.children ?? []).flatMap((child) => (child.isVirtual ? solid(child) : [child]));
}
