// A network as a tree of parts, made lazily from descriptions that identical parts share.

import { cached } from "./cached.js";

/**
 * @typedef {object} Template A layer (has `kind`) or a box (has `role` and `children`).
 * @property {string} [kind]
 * @property {string} [label] with all settings, or the kind of a box
 * @property {string} [title] of a layer, without what badges show
 * @property {string} [short] of a layer, as in the small box of a path
 * @property {string} [role]
 * @property {Array<[string, number, Array<number|[number, number]>, number|null]>} [children]
 * @property {Array<number|[number, number]>} [outs]
 * @property {number[][]} [in]
 * @property {number[]} [out]
 * @property {Record<string, number|string>} [tags]
 * @property {number|null} [params] that training changes
 * @property {number|null} [total_params] with moving statistics
 * @property {number|null} [macs]
 * @property {number|null} [activations]
 * @property {number|null} [memory]
 * @property {number} [time] milliseconds, if the layer was measured
 * @property {string} [formula]
 * @property {string} [call]
 *
 * @typedef {{templates: Template[], root: number, layers: number}} PlainForm one form of a network
 *
 * @typedef {object} Totals Sums over the layers of a box; `field` is the largest receptive field
 *   inside, less that of the box's input.
 * @property {number} params
 * @property {number} macs
 * @property {number} activations
 * @property {number} memory
 * @property {number} time milliseconds, of layers that were measured
 * @property {number} layers
 * @property {number|null} field
 */

export const LEVELS = ["stages", "blocks", "layers", "paths"];
/** Metrics that sum up, and are the same for all parts of one description. */
export const SIZES = ["params", "macs", "activations", "memory"];
/** Measured milliseconds of each layer alone, which only some networks have; they sum up, too. */
export const TIME = "time";
export const METRICS = [...SIZES, "field", TIME];
const SUMMED = [...SIZES, TIME];
/** All boxes of the same height. */
export const EVEN = "even";

/** A layer or a box at its place in the network. */
export class Part {
  /**
   * @param {Net} net
   * @param {Part|null} parent
   * @param {string} name
   * @param {number} number of its description
   * @param {number|null} field receptive field of a layer, or of the input of a box
   * @param {number} index among its siblings
   */
  constructor(net, parent, name, number, field, index) {
    this.net = net;
    this.parent = parent;
    this.name = name;
    this.number = number;
    this.field = field;
    this.index = index;
    /** @type {Part[]|null} */
    this.kids = null;
    /** @type {string} */
    this.id = partId(parent, name);
  }

  /** @returns {Template} */
  get template() {
    return this.net.templates[this.number];
  }

  get isLayer() {
    return this.template.kind !== undefined;
  }

  /** Whether it can be opened and closed: every box but the network itself. */
  get opens() {
    return !this.isLayer && this.parent !== null;
  }

  /** Whether it groups several boxes and adds nothing to their ids: a run or a bundle. */
  get isVirtual() {
    return ["run", "bundle"].includes(this.template.role ?? "");
  }

  /** @returns {Part[]} */
  get children() {
    if (!this.kids) {
      const entry = this.template.role === "network" ? 0 : this.field;
      this.kids = (this.template.children ?? []).map(([name, number, , more], i) => {
        const field = more === null || entry === null ? null : entry + more;
        return new Part(this.net, this, name, number, field, i);
      });
    }
    return this.kids;
  }

  get totals() {
    return this.net.totalsOf(this.number);
  }

  /** The largest receptive field inside, in pixels of the input. */
  get reach() {
    if (this.isLayer) return this.field;
    const more = this.totals.field;
    if (more === null) return null;
    return this.template.role === "network" ? more : this.field === null ? null : this.field + more;
  }

  /** A metric of a layer, or its sum over a box. */
  value(/** @type {string} */ metric) {
    return metric === "field" ? this.reach : this.net.total(this.number, metric);
  }

  /** The network's root, the boxes around this part, and the part itself. */
  get ancestors() {
    /** @type {Part[]} */
    const line = [];
    for (let part = /** @type {Part|null} */ (this); part; part = part.parent) line.unshift(part);
    return line;
  }
}

/** @param {Part|null} parent @param {string} name @returns {string} */
function partId(parent, name) {
  let around = parent;
  while (around && around.isVirtual) around = around.parent;
  if (!around || around.id === "") return name;
  return around.id.endsWith("/") ? around.id + name : `${around.id}/${name}`;
}

/** One network in one form of its split. */
export class Net {
  /** @param {PlainForm} plain @param {string} name @param {import("./networks.js").Vocabulary} vocabulary */
  constructor(plain, name, vocabulary) {
    this.templates = plain.templates;
    this.name = name;
    this.vocabulary = vocabulary;
    this.layers = plain.layers;
    /** @type {Map<number, Totals>} */
    this.sums = new Map();
    /** @type {Map<number, number>} */
    this.pathCounts = new Map();
    this.root = new Part(this, null, "", plain.root, 0, 0);
  }

  /** The sum of a metric over a description. @param {number} number @param {string} metric one of `SIZES`, or `TIME` @returns {number} */
  total(number, metric) {
    return /** @type {any} */ (this.totalsOf(number))[metric];
  }

  /** @param {number} number @returns {Totals} */
  totalsOf(number) {
    return cached(this.sums, number, () => this.sum(number));
  }

  /** @param {number} number @returns {Totals} */
  sum(number) {
    const template = this.templates[number];
    /** @type {any} */
    const sum = { layers: 0, field: null };
    for (const metric of SUMMED) sum[metric] = 0;
    if (template.kind !== undefined) {
      for (const metric of SUMMED) sum[metric] = /** @type {any} */ (template)[metric] ?? 0;
      Object.assign(sum, { layers: 1, field: 0 });
    }
    for (const [, child, , more] of template.children ?? []) {
      const inner = this.totalsOf(child);
      for (const metric of [...SUMMED, "layers"]) sum[metric] += /** @type {any} */ (inner)[metric];
      if (more !== null && inner.field !== null) {
        sum.field = Math.max(sum.field ?? 0, more + inner.field);
      }
    }
    return sum;
  }

  /** Paths into which the blocks of a description split, or groups of a layer: 1 for a block with a single one, 0 without blocks. @param {number} number @returns {number} */
  pathsIn(number) {
    return cached(this.pathCounts, number, () => {
      const { kind, role, children = [], tags = {} } = this.templates[number];
      if (kind !== undefined) return Number(tags.groups) > 1 ? Number(tags.groups) : 0;
      if (role === "bundle") return children.length;
      const split = children.filter(([, child]) => this.templates[child].role === "path").length;
      return Math.max(split, ...children.map(([, child]) => this.pathsIn(child)), role === "block" ? 1 : 0);
    });
  }

  /** The levels that open more than the level before. */
  get levels() {
    /** @type {Set<number>} */
    const ranks = new Set(this.templates.map(({ role }) => (role ? openRank(role) : 0)));
    return LEVELS.filter((_, rank) => rank === 0 || ranks.has(rank));
  }

  /** The part of this id, if there is one. @param {string} id @returns {Part|null} */
  find(id) {
    /** @type {(part: Part) => Part|null} */
    const within = (part) => {
      for (const child of part.children) {
        if (child.id === id) return child;
        const inside = child.isVirtual || id.startsWith(child.id.replace(/\/?$/, "/"));
        const found = inside && !child.isLayer ? within(child) : null;
        if (found) return found;
      }
      return null;
    };
    return id === "" ? this.root : within(this.root);
  }

  /** The part of this id, or the innermost box around it; another form may have no such layer. @param {string} id @returns {Part|null} */
  nearest(id) {
    for (let at = id; at; at = at.slice(0, Math.max(0, at.replace(/\/$/, "").lastIndexOf("/")))) {
      const found = this.find(at) ?? this.find(`${at}/`);
      if (found) return found;
    }
    return null;
  }

  /** All parts, each before its children. @returns {Generator<Part>} */
  *parts() {
    const open = [this.root];
    while (open.length) {
      const part = /** @type {Part} */ (open.pop());
      yield part;
      for (let i = part.children.length - 1; i >= 0; i--) open.push(part.children[i]);
    }
  }

  /** The shape of a description's output. @param {number} number @returns {number[]|null} */
  outShape(number) {
    const template = this.templates[number];
    if (template.kind !== undefined) return template.out ?? null;
    const ref = template.outs?.[0];
    const child = Array.isArray(ref) ? ref[0] : ref;
    return child === undefined || child < 0 ? null : this.outShape(template.children?.[child][1] ?? 0);
  }

  /** The shape of a description's input. @param {number} number @returns {number[]|null} */
  inShape(number) {
    const template = this.templates[number];
    if (template.kind !== undefined) return template.in?.[0] ?? null;
    for (const [, child, sources] of template.children ?? []) {
      if (sources.some((ref) => !Array.isArray(ref) && ref < 0)) return this.inShape(child);
    }
    return null;
  }
}

/** Position of the first level at which boxes of this role are open. @param {string} role */
function openRank(role) {
  if (role === "network" || role === "path" || role === "shortcut") return 0;
  if (role === "bundle") return 3;
  return role === "stage" ? 1 : 2;
}

/** What is open: a level, and the boxes that are exceptions to it. */
export class Openness {
  /** @param {string} level @param {Iterable<string>} [exceptions] */
  constructor(level, exceptions = []) {
    this.level = LEVELS.includes(level) ? level : LEVELS[0];
    this.exceptions = new Set(exceptions);
  }

  /** @param {string} text such as "blocks,stage1/block1" */
  static parse(text) {
    const [level, ...exceptions] = (text || "").split(",").filter(Boolean);
    return new Openness(level, exceptions);
  }

  toString() {
    return [this.level, ...[...this.exceptions].sort()].join(",");
  }

  /** @param {Part} part */
  isOpen(part) {
    if (part.isLayer) return false;
    return LEVELS.indexOf(this.level) >= openRank(part.template.role ?? "") !== this.exceptions.has(part.id);
  }

  /** With one box opened or folded. @param {Part} part @param {boolean} open */
  with(part, open) {
    if (part.isLayer || this.isOpen(part) === open) return this;
    const exceptions = new Set(this.exceptions);
    if (!exceptions.delete(part.id)) exceptions.add(part.id);
    return new Openness(this.level, exceptions);
  }

  /** With all boxes around a part open. @param {Part} part */
  revealing(part) {
    return part.ancestors.slice(0, -1).reduce((open, box) => open.with(box, true), /** @type {Openness} */ (this));
  }

  /** Ids of the boxes that are exceptions or contain one. @param {Net} net */
  mixed(net) {
    /** @type {Set<string>} */
    const ids = new Set();
    for (const id of this.exceptions) {
      const part = net.find(id);
      for (const box of part ? part.ancestors : []) ids.add(box.id);
    }
    return ids;
  }
}
