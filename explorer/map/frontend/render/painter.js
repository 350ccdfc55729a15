// Draws a scene: its boxes, wires and labels, at a level of detail that fits the zoom.

import { BUTTON, HEAD, LEGIBLE_PX, NET_GAP, THIN, TITLE } from "../layout/constants.js";
import { isStrip } from "../layout/hit-test.js";
import { IN } from "../layout/series-parallel.js";
import { cached } from "../model/cached.js";
import { blockKind, boxTitle, counted, full, shapeText } from "../model/labels.js";
import { paintButton } from "./marks.js";
import { paintClosed, paintLayer } from "./node-renderers.js";
import { paintCard, paintSlab } from "./strip-renderers.js";

/**
 * @typedef {import("../layout/series-parallel-layout.js").Placed} Placed
 * @typedef {import("../layout/series-parallel-layout.js").Wire} Wire
 * @typedef {import("./surfaces.js").Surface} Surface
 * @typedef {import("./theme.js").Colour} Colour
 *
 * @typedef {import("../layout/camera.js").View} View
 *
 * @typedef {object} Look
 * @property {import("./theme.js").Theme} theme
 * @property {string} colour `kind`, or the metric of the heat
 * @property {number} most largest value of the metric, which is the end of the heat scale
 * @property {import("../layout/box-heights.js").BoxHeights} heights the metric of the heights, and its scale
 * @property {Set<string>} families whose colours the networks have
 * @property {boolean} shortcuts whether there are blocks, which have these
 * @property {import("../model/networks.js").Vocabulary["metrics"]} metrics
 * @property {boolean} compares whether differences among networks are marked
 * @property {boolean} several whether there is more than one network
 * @property {boolean} [still] whether it is a picture without controls, such as a file
 */

/** Rounding must not hide text that is just legible. */
const NEARLY = 0.999;
const TINY = 26;
/** Room above and below a title that is drawn from far, in pixels. */
const FAR_ROOM = 4;
const LEAST_WIRE_ZOOM = 0.03;
/** Least length of a wire with a label, divided by the size of its text. */
const LEAST_LABELLED = 1.5;
const TITLE_TYPE = 11.5;
const LABEL_TYPE = 11;
const EDGE = 12;

/** Strength of the colours of boxes that contain others, by role. @type {Record<string, number>} */
const STRENGTHS = { path: 0.02, run: 0.035, stage: 0.05, block: 0.09 };

/** Paints one network's boxes on a surface. */
export class Painter {
  /** @param {Surface} surface @param {View} view @param {Look} look @param {import("../model/network.js").Net} net */
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

  /** Distance of a title from its box's left edge: to the right of the button, if that is drawn. */
  get indent() {
    return this.look.still ? EDGE : BUTTON.x + BUTTON.size + 6;
  }

  /** Whether text of this size can be read. @param {number} size */
  reads(size) {
    return size * this.view.zoom >= LEGIBLE_PX * NEARLY;
  }

  /** Text that shrinks to its room as far as it can be read, and is then cut. @param {string} words @param {number} x @param {number} y baseline @param {number} size @param {string} fill @param {import("./surfaces.js").TextStyle} [how] */
  text(words, x, y, size, fill, how = {}) {
    this.surface.text(words, x, y, size, fill, { ...how, least: Math.min(size, LEGIBLE_PX / this.view.zoom) });
  }

  /** A box's title where the zoom is too small for its contents: as small as can be read, and only if all of it fits. @param {string} title @param {number} x @param {number} y @param {number} w @param {number} h @param {string} fill */
  titleFromFar(title, x, y, w, h, fill) {
    const size = LEGIBLE_PX / this.view.zoom;
    const room = FAR_ROOM / this.view.zoom;
    if (this.look.still || h < size + room || w < size * 2 || this.surface.width(title, size, 600) + room > w) return;
    this.surface.text(title, x + w / 2, y + h / 2 + size * 0.36, size, fill, { align: "center", weight: 600 });
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  sees(x, y, w, h) {
    return x <= this.right && y <= this.bottom && x + w >= this.view.x && y + h >= this.view.y;
  }

  /** The network's name and sums, above its strip. @param {Placed} box @param {number} x @param {number} y */
  title(box, x, y) {
    if (!isStrip(box) || !box.kids.length || !this.reads(12.5)) return;
    const totals = this.net.totalsOf(box.number);
    const facts = [`${full(this.net.layers)} layers`];
    if (totals.params) facts.push(counted(this.net.vocabulary, "params", totals.params));
    if (totals.macs) facts.push(counted(this.net.vocabulary, "macs", totals.macs));
    const room = box.w + NET_GAP - 6;
    while (facts.length > 1 && this.surface.width(facts.join(" · "), 12.5) > room) facts.shift();
    this.text(this.net.name, x, y + 15, 17, this.theme.ink.ink, { weight: 660, room });
    this.text(facts.join(" · "), x, y + 34, 12.5, this.theme.ink.soft, { room });
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
    else if (template.kind !== undefined && !box.card) paintLayer(this, box, template, x, y, colour, around === "network");
    else if (box.card) paintCard(this, box, name, x, y, colour);
    else if (!box.open) paintClosed(this, box, name, x, y, colour, this.reach(box, field));
    else {
      this.frame(box, name, x, y, colour);
      this.insides(box, x, y, field);
    }
    this.surface.end();
  }

  /** A box that is too small for its contents. @param {Placed} box @param {number} x @param {number} y @param {Colour} colour */
  speck(box, x, y, colour) {
    this.surface.rect(x, y, box.w, box.h, 0, box.open ? colour.border : colour.fill);
  }

  /** The frame and title of an open box. @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour */
  frame(box, name, x, y, colour) {
    const { surface } = this;
    const head = box.thin ? THIN.head : HEAD;
    const radius = box.thin ? 5 : 10;
    const large = box.h * this.view.zoom > 40;
    surface.rect(x, y, box.w, box.h, large ? radius : 0, colour.fill, {
      colour: colour.border,
      width: Math.max(box.thin ? 0.8 : 1.2, this.hair * 0.8),
    });
    const template = this.net.templates[box.number];
    const opens = template.role !== "network";
    if (opens) paintButton(this, x, y, true, colour);
    if (!this.reads(TITLE_TYPE)) return;
    const title = boxTitle(this.net, box.number, name);
    const left = x + (opens ? this.indent : EDGE);
    const base = y + head - 8.5;
    const kind = template.role === "block" && box.w > 190 ? blockKind(this.net, box.number).replace(" block", "") : "";
    this.text(title, left, base, TITLE_TYPE, this.theme.ink.ink, {
      weight: 620,
      room: x + box.w - 6 - left - (kind ? 12 + surface.width(kind, LABEL_TYPE, 600) : 0),
    });
    if (!kind) return;
    const tint = this.theme.family(this.theme.familyOf(template));
    this.text(kind, x + box.w - 12, base, LABEL_TYPE, tint.border, { align: "right", weight: 600 });
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

  /** The wires of an open box, stretched while it grows. @param {Placed} box @param {number} x @param {number} y @param {number} [sx] @param {number} [sy] */
  wires(box, x, y, sx = 1, sy = 1) {
    if (this.view.zoom <= LEAST_WIRE_ZOOM) return;
    for (const wire of box.wires) {
      if (this.draws(wire, box)) this.wire(wire, box, wire.points.map((v, i) => (i % 2 ? v * sy + y : v * sx + x)), x + box.w * sx);
    }
  }

  /** Whether a wire is drawn: from far only shortcuts, from farther none. @param {Wire} wire @param {Placed} box */
  draws(wire, box) {
    const { zoom } = this.view;
    if (wire.kind !== "flow") return zoom > LEAST_WIRE_ZOOM;
    return zoom > (box.thin || box.count > 4000 ? 0.25 : 0.1);
  }

  /** @param {Wire} wire @param {Placed} box @param {number[]} points @param {number} end of the box, to the right */
  wire(wire, box, points, end) {
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
    // The boxes of a strip and of a path say their shapes themselves.
    if (!box.thin && !isStrip(box) && this.reads(LABEL_TYPE)) this.label(wire, box, points, LABEL_TYPE, end);
  }

  /** The label of a wire: the shape of its tensor. @param {Wire} wire @param {Placed} box @param {number[]} points @param {number} size @param {number} border right limit of the label */
  label(wire, box, points, size, border) {
    const source = wire.from === IN ? null : box.kids[wire.from].box.number;
    const shape = source === null ? this.shapeInto(wire, box) : this.net.outShape(source);
    if (!shape || wire.kind !== "flow") return;
    const text = `${wire.n > 1 ? `${wire.n} × ` : ""}${shapeText(shape)}`;
    const { ink } = this.theme;
    const [x1, y1, x2, y2] = points;
    if (points.length === 4) {
      // A short piece at a box's border would repeat the label of the wire outside.
      if (y2 - y1 < size * LEAST_LABELLED) return;
      this.text(text, x1 + size * 0.6, (y1 + y2) / 2 + size * 0.32, size, ink.soft, { room: border - x1 - size * 0.8 });
    } else if (x1 === x2 && y2 - y1 >= size) {
      const [lx, ly] = points.slice(-2);
      const last = points[points.length - 3];
      if (ly - last >= size) this.text(text, lx + size * 0.6, (last + ly) / 2 + size * 0.32, size, ink.soft, { room: border - lx - size * 0.8 });
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
    return cached(this.known, key, () => this.colourAt(box, field));
  }

  /** @param {Placed} box @param {number|null} field @returns {Colour} */
  colourAt(box, field) {
    const template = this.net.templates[box.number];
    const { colour, most } = this.look;
    if (colour !== "kind" && !box.open) {
      const value = colour === "field" ? this.reach(box, field) : this.net.total(box.number, colour);
      return value === null ? this.theme.family("other") : this.theme.heat(most ? value / most : 0);
    }
    const family = this.theme.familyOf(template);
    if (template.kind !== undefined) return this.theme.family(family);
    return colour === "kind" ? this.theme.container(family, STRENGTHS[template.role ?? ""]) : this.theme.container("other", 0.06);
  }
}

/** Paint all networks of a scene. @param {Surface} surface @param {import("../layout/scene.js").Scene} scene @param {View} view @param {Look} look */
export function paint(surface, scene, view, look) {
  for (const { x, y, box, part } of scene.roots) {
    const painter = new Painter(surface, view, look, part.net);
    if (!box.w || !painter.sees(x, y - TITLE, box.w, box.h + TITLE)) continue;
    painter.title(box, x, y);
    painter.insides(box, x, y, 0);
  }
}
