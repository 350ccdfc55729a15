// A network as a tree of boxes, made lazily from descriptions that identical parts share.

/**
 * @typedef {object} Template A layer (has `kind`) or a box (has `role` and `children`).
 * @property {string} [kind]
 * @property {string} [role]
 * @property {Array<[string, number, Array<number|[number, number]>, number|null]>} [children]
 * @property {Array<number|[number, number]>} [outs]
 * @property {number[][]} [in]
 * @property {number[]} [out]
 * @property {Record<string, number|string>} [tags]
 * @property {number|null} [params]
 * @property {number|null} [macs]
 * @property {number|null} [activations]
 * @property {number|null} [memory]
 * @property {string} [formula]
 * @property {string} [call]
 *
 * @typedef {object} Totals Sums over the layers of a box; `field` is the largest, less its entry.
 * @property {number} params
 * @property {number} trainable
 * @property {number} macs
 * @property {number} activations
 * @property {number} memory
 * @property {number} layers
 * @property {number|null} field
 */

export const LEVELS = ["stages", "blocks", "layers", "paths"];
export const METRICS = ["params", "macs", "activations", "memory", "field"];
const SUMMED = ["params", "trainable", "macs", "activations", "memory"];

/** One part of the network at its place. */
export class Part {
  /**
   * @param {Net} net
   * @param {Part|null} parent
   * @param {string} name
   * @param {number} number of its description
   * @param {number|null} field receptive field: its own, or of what enters a box
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

  /** Runs and bundles stand for several boxes and add nothing to a place. */
  get isVirtual() {
    return isVirtualRole(this.template.role);
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

  /** Value of a metric: a layer's own, or the sum inside a box. */
  value(/** @type {string} */ metric) {
    return metric === "field" ? this.reach : /** @type {any} */ (this.totals)[metric];
  }

  /** Itself and all around it, outermost first. */
  get ancestors() {
    /** @type {Part[]} */
    const line = [];
    for (let part = /** @type {Part|null} */ (this); part; part = part.parent) line.unshift(part);
    return line;
  }
}

/** @param {string|undefined} role */
export function isVirtualRole(role) {
  return role === "run" || role === "bundle";
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
  /**
   * @param {{templates: Template[], root: number, layers: number, totals: any}} plain
   * @param {string} name
   */
  constructor(plain, name) {
    this.templates = plain.templates;
    this.name = name;
    this.layers = plain.layers;
    /** @type {Map<number, Totals>} */
    this.sums = new Map();
    this.root = new Part(this, null, "", plain.root, 0, 0);
  }

  /** @param {number} number @returns {Totals} */
  totalsOf(number) {
    const known = this.sums.get(number);
    if (known) return known;
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
    this.sums.set(number, sum);
    return sum;
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

  /** The part of this id, or the innermost around its place; another form may have no such layer. @param {string} id @returns {Part|null} */
  nearest(id) {
    for (let at = id; at; at = at.slice(0, Math.max(0, at.replace(/\/$/, "").lastIndexOf("/")))) {
      const found = this.find(at) ?? this.find(`${at}/`);
      if (found) return found;
    }
    return null;
  }

  /** Every part, each before what it holds. @returns {Generator<Part>} */
  *parts() {
    const open = [this.root];
    while (open.length) {
      const part = /** @type {Part} */ (open.pop());
      yield part;
      for (let i = part.children.length - 1; i >= 0; i--) open.push(part.children[i]);
    }
  }

  /** Shape that leaves a description. @param {number} number @returns {number[]|null} */
  outShape(number) {
    const template = this.templates[number];
    if (template.kind !== undefined) return template.out ?? null;
    const ref = template.outs?.[0];
    const child = Array.isArray(ref) ? ref[0] : ref;
    return child === undefined || child < 0 ? null : this.outShape(template.children?.[child][1] ?? 0);
  }

  /** Shape that enters a description. @param {number} number @returns {number[]|null} */
  inShape(number) {
    const template = this.templates[number];
    if (template.kind !== undefined) return template.in?.[0] ?? null;
    for (const [, child, sources] of template.children ?? []) {
      if (sources.some((ref) => !Array.isArray(ref) && ref < 0)) return this.inShape(child);
    }
    return null;
  }
}

/** What is open: a level, and the boxes that differ from it. */
export class Openness {
  /** @param {string} level @param {Iterable<string>} [flips] */
  constructor(level, flips = []) {
    this.level = LEVELS.includes(level) ? level : LEVELS[0];
    this.flips = new Set(flips);
  }

  /** @param {string} text such as "blocks,stage1/block1" */
  static parse(text) {
    const [level, ...flips] = (text || "").split(",").filter(Boolean);
    return new Openness(level, flips);
  }

  toString() {
    return [this.level, ...[...this.flips].sort()].join(",");
  }

  /** @param {Part} part */
  isOpen(part) {
    if (part.isLayer) return false;
    return this.byLevel(part.template.role ?? "") !== this.flips.has(part.id);
  }

  /** @param {string} role */
  byLevel(role) {
    if (role === "network" || role === "path" || role === "shortcut") return true;
    const rank = LEVELS.indexOf(this.level);
    if (role === "bundle") return rank >= 3;
    return rank >= (role === "stage" ? 1 : 2);
  }

  /** With one box opened or folded. @param {Part} part @param {boolean} open */
  with(part, open) {
    if (part.isLayer || this.isOpen(part) === open) return this;
    const flips = new Set(this.flips);
    if (!flips.delete(part.id)) flips.add(part.id);
    return new Openness(this.level, flips);
  }

  /** With everything around a part open, so that it can be seen. @param {Part} part */
  revealing(part) {
    return part.ancestors.slice(0, -1).reduce((open, box) => open.with(box, true), /** @type {Openness} */ (this));
  }

  /** Ids of the boxes that hold a difference somewhere inside. @param {Net} net */
  mixed(net) {
    /** @type {Set<string>} */
    const ids = new Set();
    for (const id of this.flips) {
      const part = net.find(id);
      for (const box of part ? part.ancestors : []) ids.add(box.id);
    }
    return ids;
  }
}
