// The faces of closed boxes: layers, folded blocks, runs, bundles and paths.

import { mix } from "./theme.js";
import { blockKind, boxTitle, counted, layerWords, rangeWords, shapeText } from "./words.js";

/**
 * @typedef {import("./paint.js").Painter} Painter
 * @typedef {import("./place.js").Placed} Placed
 * @typedef {import("./theme.js").Colour} Colour
 * @typedef {import("./model.js").Template} Template
 */

/** Height of a title and a line of facts. */
const LEAST_HEIGHT = 50;

/** @param {Painter} p @param {Placed} box @param {Template} layer @param {number} x @param {number} y @param {Colour} colour */
export function paintLayer(p, box, layer, x, y, colour) {
  const { surface } = p;
  const size = box.thin ? 8.5 : 11.5;
  const drawn = box.h * p.view.zoom > 6;
  surface.rect(x, y, box.w, box.h, drawn ? (box.thin ? 4 : 7) : 0, colour.fill, drawn ? { colour: colour.border, width: box.thin ? 0.7 : 1 } : null);
  if (!p.reads(size)) return;
  const base = y + box.h / 2 + size * 0.36;
  const words = layerWords(layer, box.thin);
  if (box.thin) {
    surface.text(words, x + box.w / 2, base, size, colour.text, { align: "center", weight: 550, room: box.w - 4 });
    return;
  }
  const { groups = 1, stride = 1 } = layer.tags ?? {};
  const badges = [...(stride !== 1 ? [`÷${stride}`] : []), ...(groups !== 1 ? [`${groups} groups`] : [])];
  const room = badges.length ? badges.join("").length * 5.4 + badges.length * 11 : 0;
  const centred = !badges.length;
  surface.text(words, centred ? x + box.w / 2 : x + 10, base, size, colour.text, {
    align: centred ? "center" : "left",
    weight: 560,
    room: box.w - room - 14,
  });
  let end = x + box.w - 6;
  for (const badge of badges) {
    const w = badge.length * 5.2 + 8;
    surface.rect(end - w, y + box.h / 2 - 7.5, w, 15, 7, colour.border);
    surface.text(badge, end - w / 2, y + box.h / 2 + 3, 8.5, p.theme.mode === "light" ? "#ffffff" : "#10151d", { align: "center", weight: 650 });
    end -= w + 3;
  }
}

/** A folded block, run, bundle, path or shortcut. @param {Painter} p @param {Placed} box @param {string} name @param {number} x @param {number} y @param {Colour} colour @param {number|null} reach its receptive field */
export function paintClosed(p, box, name, x, y, colour, reach) {
  const { surface, net, theme } = p;
  const template = net.templates[box.number];
  const role = template.role ?? "";
  const edge = { colour: colour.border, width: 1.1 };
  if (role === "run" || role === "bundle") {
    for (const back of [8, 4]) {
      surface.rect(x + back, y + back, box.w - 8, box.h - 8, 7, mixed(colour, theme, back), edge);
    }
  }
  const stacked = role === "run" || role === "bundle" ? 8 : 0;
  const [w, h] = [box.w - stacked, box.h - stacked];
  surface.rect(x, y, w, h, 8, colour.fill, edge);
  if (!p.reads(box.thin ? 8 : 10)) return;
  const title = boxTitle(net, box.number, name);
  if (box.thin || role === "shortcut") {
    surface.text(title, x + w / 2, y + h / 2 + 3, box.thin ? 8.5 : 10.5, colour.text, { align: "center", weight: 600, room: w - 4 });
    return;
  }
  const top = y + (h - LEAST_HEIGHT) / 2;
  if (role === "bundle") stripes(p, (template.children ?? []).length, x + 10, top + 4, w - 20, 8, colour);
  const base = role === "bundle" ? top + 26 : top + 21;
  const aside = role === "block" ? blockKind(net, box.number).replace(" block", "") : role === "run" ? rangeWords(template) : "";
  surface.text(title, x + 12, base, 13.5, colour.text, { weight: 640, room: w - 26 - aside.length * 5.6 });
  if (aside) {
    const tint = p.look.colour === "kind" && role === "block" ? theme.family(blockKind(net, box.number)).border : faded(p, colour);
    surface.text(aside, x + w - 12, base, 10.5, tint, { align: "right", weight: role === "block" ? 600 : 400 });
  }
  surface.text(closedFacts(p, template, box.number, reach), x + 12, base + 16, role === "bundle" ? 10.5 : 11.5, faded(p, colour), { room: w - 22 });
}

/** @param {Painter} p @param {Template} template @param {number} number @param {number|null} reach */
function closedFacts(p, template, number, reach) {
  const { net } = p;
  const facts = [shapeText(net.outShape(number))];
  if (template.role === "bundle") return pathWords(p, template);
  const { colour, growth } = p.look;
  const metric = colour !== "kind" ? colour : growth.isEven ? "params" : growth.metric;
  facts.push(counted(metric, metric === "field" ? reach : /** @type {any} */ (net.totalsOf(number))[metric]));
  return facts.join(" · ");
}

/** The convolutions of one path. @param {Painter} p @param {Template} bundle */
function pathWords(p, bundle) {
  const first = p.net.templates[(bundle.children ?? [])[0][1]];
  const convs = (first.children ?? []).map(([, n]) => p.net.templates[n]).filter((t) => t.tags?.filters !== undefined);
  return `each ${convs.map((t) => layerWords(t, true)).join(" → ")}`;
}

/** Thin bars, one for each path. @param {Painter} p @param {number} count @param {number} x @param {number} y @param {number} w @param {number} h @param {Colour} colour */
function stripes(p, count, x, y, w, h, colour) {
  const drawn = Math.min(count, 64);
  const step = w / drawn;
  for (let i = 0; i < drawn; i++) p.surface.rect(x + i * step, y, Math.max(step * 0.6, 0.8), h, 0, colour.border);
}

/** @param {Colour} colour @param {import("./theme.js").Theme} theme @param {number} back */
function mixed(colour, theme, back) {
  return mix(colour.fill, theme.ink.page, 1 - back / 16);
}

/** @param {Painter} p @param {Colour} colour */
function faded(p, colour) {
  return p.look.colour === "kind" ? p.theme.ink.soft : colour.text;
}
