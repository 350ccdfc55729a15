// The picture of a scene: which boxes, wires and words, at which level of detail.

import { paintCard, paintSlab } from "./cards.js";
import { paintClosed, paintLayer } from "./faces.js";
import { isStrip } from "./locate.js";
import { IN } from "./series.js";
import { HEAD, NET_GAP, THIN, TITLE } from "./sizes.js";
import { blockKind, boxTitle, full, shapeText, short } from "./words.js";

/**
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {import("./place.js").Wire} Wire
 * @typedef {import("./surfaces.js").Surface} Surface
 * @typedef {import("./theme.js").Colour} Colour
 *
 * @typedef {object} View What of the map is seen: the corner in map units, and the zoom.
 * @property {number} x
 * @property {number} y
 * @property {number} zoom
 * @property {number} width in pixels
 * @property {number} height
 *
 * @typedef {object} Look
 * @property {import("./theme.js").Theme} theme
 * @property {string} colour `kind`, or the metric of the heat
 * @property {number} most largest value of the metric, which is the end of the heat scale
 * @property {import("./growth.js").Growth} growth the metric of the heights, and its scale
 */

export const READABLE = 4.6;
const TINY = 26;
const LEAST_WIRE_ZOOM = 0.03;
/** Length of a wire beside which its shape is written, by the size of the type. */
const LEAST_LABELLED = 1.5;
/** Below this width a network's title says less. */
const NARROW = 340;
/** Of the shapes between slabs, and between cards, where there is room for so many letters. */
const SLAB_LABEL = 12;
const CARD_LABEL = 11.5;
const LINE_LETTERS = 5;

/** Paints one network's boxes on a surface. */
export class Painter {
  /**
   * @param {Surface} surface
   * @param {View} view
   * @param {Look} look
   * @param {import("./model.js").Net} net
   */
  constructor(surface, view, look, net) {
    this.surface = surface;
    this.view = view;
    this.look = look;
    this.theme = look.theme;
    this.net = net;
    this.right = view.x + view.width / view.zoom;
    this.bottom = view.y + view.height / view.zoom;
    this.hair = 1 / view.zoom;
    /** Colours of descriptions, where they do not depend on the place. @type {Map<number, Colour>} */
    this.known = new Map();
  }

  /** Whether writing of this size can be read. @param {number} size */
  reads(size) {
    return size * this.view.zoom >= READABLE;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  sees(x, y, w, h) {
    return x <= this.right && y <= this.bottom && x + w >= this.view.x && y + h >= this.view.y;
  }

  /** The network's name and sums, above its strip. @param {Placed} box @param {number} x @param {number} y */
  title(box, x, y) {
    if (!isStrip(box) || !box.kids.length || !this.reads(15)) return;
    const totals = this.net.totalsOf(box.number);
    const facts = [`${full(this.net.layers)} layers`];
    if (totals.params) facts.push(`${short(totals.params)} parameters`);
    if (totals.macs && box.w > NARROW) facts.push(`${short(totals.macs)} MACs`);
    this.surface.text(this.net.name, x, y + 15, 17, this.theme.ink.ink, { weight: 660, room: box.w + NET_GAP - 6 });
    this.surface.text(facts.join("  ·  "), x, y + 34, 12.5, this.theme.ink.soft);
  }

  /**
   * @param {Placed} box
   * @param {string} name
   * @param {number} x
   * @param {number} y
   * @param {number|null} field receptive field, as in the description
   * @param {string} [around] role of the box around it
   */
  box(box, name, x, y, field, around = "") {
    if (!this.sees(x, y, box.w, box.h)) return;
    const template = this.net.templates[box.number];
    const colour = this.colourOf(box, field);
    const zoom = this.view.zoom;
    if (Math.max(box.w, box.h) * zoom < (box.open ? TINY : 9)) {
      this.speck(box, x, y, colour);
      return;
    }
    this.surface.begin(name);
    if (around === "network" && template.kind === undefined && !box.open && !box.card) paintSlab(this, box, name, x, y, colour);
    else if (template.kind !== undefined && !box.card) paintLayer(this, box, template, x, y, colour);
    else if (box.card) paintCard(this, box, name, x, y, colour);
    else if (!box.open) paintClosed(this, box, name, x, y, colour, this.reach(box, field));
    else {
      this.frame(box, name, x, y, colour);
      this.insides(box, x, y, field);
    }
    this.surface.end();
  }

  /** A box too small for its insides. @param {Placed} box @param {number} x @param {number} y @param {Colour} colour */
  speck(box, x, y, colour) {
    this.surface.rect(x, y, box.w, box.h, 0, box.open ? colour.border : colour.fill);
  }

  /** An open box without what is in it. @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
  frame(box, name, x, y, colour) {
    const { surface } = this;
    const head = box.thin ? THIN.head : HEAD;
    const radius = box.thin ? 5 : 10;
    const large = box.h * this.view.zoom > 40;
    surface.rect(x, y, box.w, box.h, large ? radius : 0, colour.fill, {
      colour: colour.border,
      width: Math.max(box.thin ? 0.8 : 1.2, this.hair * 0.8),
    });
    const size = box.thin ? 8 : 11.5;
    if (!this.reads(size)) return;
    const title = boxTitle(this.net, box.number, name);
    surface.text(title, x + (box.thin ? 6 : 12), y + head - (box.thin ? 4.5 : 7.5), size, this.theme.ink.ink, {
      weight: 620,
      room: box.w / 2 - (box.thin ? -24 : 20),
    });
    const role = this.net.templates[box.number].role;
    if (role !== "block" || box.w <= 190) return;
    const kind = blockKind(this.net, box.number).replace(" block", "");
    const tint = this.theme.family(kind === "projection" ? "projection block" : "identity block");
    surface.text(kind, x + box.w - 12, y + head - 7.5, 10, tint.border, { align: "right", weight: 600 });
  }

  /** @param {Placed} box @param {number} x @param {number} y @param {number|null} entry */
  insides(box, x, y, entry) {
    const { children = [], role } = this.net.templates[box.number];
    this.wires(box, x, y);
    box.kids.forEach((kid, i) => {
      const [name, , , more] = children[i];
      const field = more === null || entry === null ? null : entry + more;
      this.box(kid.box, name, x + kid.x, y + kid.y, field, role);
    });
  }

  /** The wires of an open box; stretched, while it grows. @param {Placed} box @param {number} x @param {number} y @param {number} [sx] @param {number} [sy] */
  wires(box, x, y, sx = 1, sy = 1) {
    if (this.view.zoom <= LEAST_WIRE_ZOOM) return;
    for (const wire of box.wires) {
      if (this.draws(wire, box)) this.wire(wire, box, wire.points.map((v, i) => (i % 2 ? v * sy + y : v * sx + x)));
    }
  }

  /** From afar only shortcuts are drawn, then nothing. @param {Wire} wire @param {Placed} box */
  draws(wire, box) {
    const { zoom } = this.view;
    if (wire.kind !== "flow") return zoom > LEAST_WIRE_ZOOM;
    return zoom > (box.thin || box.count > 4000 ? 0.25 : 0.1);
  }

  /** @param {Wire} wire @param {Placed} box @param {number[]} points */
  wire(wire, box, points) {
    const [x1, y1] = points;
    const [x2, y2] = points.slice(-2);
    const zoom = this.view.zoom;
    if (!this.sees(Math.min(x1, x2) - 40, Math.min(y1, y2) - 40, Math.abs(x2 - x1) + 400, Math.abs(y2 - y1) + 80)) return;
    const { ink } = this.theme;
    const colour = { flow: ink.wire, identity: ink.identity, projection: ink.projection }[wire.kind];
    const base = box.thin ? 1 : wire.kind === "flow" ? 1.5 : 2;
    const width = Math.max(base, this.hair * 0.6);
    const dash = wire.kind === "projection" && zoom > 0.2 ? [6, 4] : undefined;
    const arrow = zoom > 0.3 ? (box.thin ? 4 : 6.5) : 0;
    const radius = wire.kind === "flow" ? 7 : 14;
    this.surface.line(points, { colour, width, dash }, zoom > 0.2 ? radius : 0, arrow);
    const size = box.thin ? 6 : isStrip(box) ? (y1 === points[3] ? CARD_LABEL : SLAB_LABEL) : 10;
    if (this.reads(size)) this.label(wire, box, points, size);
  }

  /** The shape that a wire carries. @param {Wire} wire @param {Placed} box @param {number[]} points @param {number} size */
  label(wire, box, points, size) {
    const source = wire.from === IN ? null : box.kids[wire.from].box.number;
    const shape = source === null ? this.shapeInto(wire, box) : this.net.outShape(source);
    if (!shape || wire.kind !== "flow") return;
    const text = `${wire.n > 1 ? `${wire.n} × ` : ""}${shapeText(shape)}`;
    const { ink } = this.theme;
    const [x1, y1, x2, y2] = points;
    if (y1 === y2 && wire.from !== IN) {
      // Between two parts of the strip: in short lines above the wire and below, or where it does not turn.
      const lines = shape.length === 3 ? inLines(shape) : [text];
      const end = points[points.length - 1];
      const middle = (x1 + points[points.length - 2]) / 2 - 1;
      const above = end > y1 ? lines.length : end < y1 ? 0 : Math.max(1, lines.length - 1);
      const step = size + 2;
      lines.forEach((line, i) => {
        const base = i < above ? y1 - 6 - (above - 1 - i) * step : y1 + 3 + (i - above + 1) * step;
        this.surface.text(line, middle, base, size, ink.soft, { align: "center" });
      });
    } else if (points.length === 4) {
      // Short pieces at a box's own border say nothing that the wire outside does not.
      if (y2 - y1 < size * LEAST_LABELLED) return;
      this.surface.text(text, x1 + size * 0.6, (y1 + y2) / 2 + size * 0.32, size, ink.soft);
    } else if (x1 === x2 && y2 - y1 >= size) {
      const [lx, ly] = points.slice(-2);
      const last = points[points.length - 3];
      if (ly - last >= size) this.surface.text(text, lx + size * 0.6, (last + ly) / 2 + size * 0.32, size, ink.soft);
    }
  }

  /** @param {Wire} wire @param {Placed} box */
  shapeInto(wire, box) {
    return wire.to < 0 || wire.n > 1 ? null : this.net.inShape(box.kids[wire.to].box.number);
  }

  /** The largest receptive field in a box. @param {Placed} box @param {number|null} field as in the description */
  reach(box, field) {
    const more = this.net.totalsOf(box.number).field;
    return more === null || field === null ? null : field + more;
  }

  /** @param {Placed} box @param {number|null} field @returns {Colour} */
  colourOf(box, field) {
    if (this.look.colour === "field") return this.colourAt(box, field);
    const key = 2 * box.number + Number(box.open);
    const known = this.known.get(key) ?? this.colourAt(box, field);
    this.known.set(key, known);
    return known;
  }

  /** @param {Placed} box @param {number|null} field @returns {Colour} */
  colourAt(box, field) {
    const template = this.net.templates[box.number];
    const { colour, most } = this.look;
    if (colour !== "kind" && !box.open) {
      const value = colour === "field" ? this.reach(box, field) : /** @type {any} */ (this.net.totalsOf(box.number))[colour];
      return value === null ? this.theme.family("other") : this.theme.heat(most ? value / most : 0);
    }
    if (template.kind !== undefined) return this.theme.layer(template.kind);
    if (colour !== "kind") return this.theme.container("other", 0.06);
    if (template.role === "block") return this.theme.container(blockKind(this.net, box.number), 0.09);
    const family = { bundle: "grouped", path: "grouped", shortcut: "projection block", run: "identity block", stage: "stage" };
    const name = /** @type {any} */ (family)[template.role ?? ""] ?? "other";
    return this.theme.container(name, { path: 0.02, run: 0.035, stage: 0.05 }[template.role ?? ""] ?? 0.07);
  }
}

/** 56×56 and ×256; 224×, 224 and ×3. @param {number[]} shape @returns {string[]} */
function inLines([height, width, channels]) {
  const area = `${height}×${width}`;
  return [...(area.length > LINE_LETTERS ? [`${height}×`, `${width}`] : [area]), `×${channels}`];
}

/** Paint all networks of a scene. @param {Surface} surface @param {import("./layout.js").Scene} scene @param {View} view @param {Look} look */
export function paint(surface, scene, view, look) {
  for (const { x, y, box, part } of scene.roots) {
    const painter = new Painter(surface, view, look, part.net);
    if (!box.w || !painter.sees(x, y - TITLE, box.w, box.h + TITLE)) continue;
    painter.title(box, x, y);
    painter.insides(box, x, y, 0);
  }
}
