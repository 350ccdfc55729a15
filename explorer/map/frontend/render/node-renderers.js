// Draws layers, and folded blocks, runs, bundles and paths.

import { BUTTON, PATHS_ROW } from "../layout/constants.js";
import { blockKind, boxTitle, counted, layerLabel, rangeLabel, shapeText } from "../model/labels.js";
import { paintButton, pathBars, pathColour } from "./marks.js";
import { mix } from "./theme.js";

/**
 * @typedef {import("./painter.js").Painter} Painter
 * @typedef {import("../layout/series-parallel-layout.js").Placed} Placed
 * @typedef {import("./theme.js").Colour} Colour
 * @typedef {import("../model/network.js").Template} Template
 */

/** Height of a title and a line of text. */
const LEAST_HEIGHT = 44;
/** Height from which a layer has room for the bars of its paths. */
const BARRED_LAYER = 38;
const LABEL = 11.5;
const SMALL = 11;

/** @param {Painter} p @param {Placed} box @param {Template} layer @param {number} x @param {number} y @param {Colour} colour @param {boolean} strip whether it is a part of a strip */
export function paintLayer(p, box, layer, x, y, colour, strip) {
  const { surface } = p;
  const size = box.thin ? SMALL : LABEL;
  const drawn = box.h * p.view.zoom > 6;
  surface.rect(x, y, box.w, box.h, drawn ? (box.thin ? 4 : 7) : 0, colour.fill, drawn ? { colour: colour.border, width: box.thin ? 0.7 : 1 } : null);
  const words = layerLabel(layer, box.thin);
  if (!p.reads(size)) {
    p.titleFromFar(words, x, y, box.w, box.h, colour.text);
    return;
  }
  if (box.thin) {
    p.text(words, x + box.w / 2, y + box.h / 2 + size * 0.36, size, colour.text, { align: "center", weight: 550, room: box.w - 4 });
    return;
  }
  const { groups = 1, stride = 1 } = layer.tags ?? {};
  const barred = groups !== 1 && box.h >= BARRED_LAYER;
  const middle = y + (box.h - (barred ? 10 : 0)) / 2;
  const badges = [...(stride !== 1 ? [`÷${stride}`] : []), ...(groups !== 1 ? [`${groups} groups`] : [])];
  const widths = badges.map((badge) => surface.width(badge, SMALL, 650) + 9);
  const room = widths.reduce((sum, w) => sum + w + 3, 0);
  const aside = strip ? shapeText(layer.out) : "";
  const centred = !badges.length && !aside;
  p.text(words, centred ? x + box.w / 2 : x + 10, middle + size * 0.36, size, colour.text, {
    align: centred ? "center" : "left",
    weight: 560,
    room: box.w - room - 16,
  });
  if (aside && !badges.length) p.text(aside, x + box.w - 10, middle + size * 0.36, size, colour.text, { align: "right", room: box.w / 2 });
  let end = x + box.w - 6;
  for (const [i, badge] of badges.entries()) {
    const w = widths[i];
    surface.rect(end - w, middle - 8.5, w, 17, 8, colour.border);
    p.text(badge, end - w / 2, middle + 4, SMALL, p.theme.mode === "light" ? p.theme.ink.white : p.theme.ink.black, { align: "center", weight: 650 });
    end -= w + 3;
  }
  if (barred) pathBars(p, Number(groups), x + 10, y + box.h - 12, box.w - 20, 7, colour.border);
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
  paintButton(p, x, y, false, colour);
  const title = boxTitle(net, box.number, name);
  if (!p.reads(SMALL)) {
    p.titleFromFar(title, x, y, w, h, colour.text);
    return;
  }
  if (box.thin || role === "shortcut") {
    p.text(title, x + p.indent - 2, y + (box.thin ? BUTTON.y + BUTTON.size - 4 : h / 2 + 4), SMALL, colour.text, { weight: 600, room: w - p.indent - 2 });
    return;
  }
  const paths = role === "bundle" ? 0 : net.pathsIn(box.number);
  const barred = paths > 0 && h >= LEAST_HEIGHT + PATHS_ROW;
  const top = y + (h - LEAST_HEIGHT - (barred ? PATHS_ROW : 0)) / 2;
  const base = BUTTON.y + y + BUTTON.size - 4;
  const aside = role === "block" ? blockKind(net, box.number).replace(" block", "") : role === "run" ? rangeLabel(template) : "";
  p.text(title, x + p.indent, base, 13.5, colour.text, { weight: 640, room: w - p.indent - 12 - (aside ? 4 + surface.width(aside, SMALL, 600) : 0) });
  if (aside) {
    const tint = p.look.colour === "kind" && role === "block" ? theme.family(blockKind(net, box.number)).border : faded(p, colour);
    p.text(aside, x + w - 12, base, SMALL, tint, { align: "right", weight: role === "block" ? 600 : 400 });
  }
  const line = Math.max(top + 36, base + 16);
  p.text(closedFacts(p, template, box.number, reach), x + 12, line, SMALL, faded(p, colour), { room: w - 22 });
  if (role === "bundle") pathBars(p, (template.children ?? []).length, x + 108, y + 9, w - 120, 9, colour.border);
  else if (barred) {
    const words = `${paths} ${paths === 1 ? "path" : "paths"}`;
    const wide = surface.width(words, SMALL) + 8;
    p.text(words, x + 12, line + PATHS_ROW, SMALL, faded(p, colour));
    pathBars(p, paths, x + 12 + wide, line + PATHS_ROW - 8, w - 24 - wide, 8, pathColour(p, paths, colour.text));
  }
}

/** @param {Painter} p @param {Template} template @param {number} number @param {number|null} reach */
function closedFacts(p, template, number, reach) {
  const { net } = p;
  const facts = [shapeText(net.outShape(number))];
  if (template.role === "bundle") return pathLabel(p, template);
  const { colour, heights } = p.look;
  const metric = colour !== "kind" ? colour : heights.isEven ? "params" : heights.metric;
  facts.push(counted(net.vocabulary, metric, metric === "field" ? reach : net.total(number, metric)));
  return facts.join(" · ");
}

/** The convolutions of one path. @param {Painter} p @param {Template} bundle */
function pathLabel(p, bundle) {
  const first = p.net.templates[(bundle.children ?? [])[0][1]];
  const convs = (first.children ?? []).map(([, n]) => p.net.templates[n]).filter((t) => t.tags?.filters !== undefined);
  return `each ${convs.map((t) => layerLabel(t, true)).join(" → ")}`;
}

/** @param {Colour} colour @param {import("./theme.js").Theme} theme @param {number} back */
function mixed(colour, theme, back) {
  return mix(colour.fill, theme.ink.page, 1 - back / 16);
}

/** @param {Painter} p @param {Colour} colour */
function faded(p, colour) {
  return p.look.colour === "kind" ? p.theme.ink.soft : colour.text;
}
