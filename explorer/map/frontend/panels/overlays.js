// Keeps outlines, card, toolbar, legend and messages up to date with the map's state.

import { BoxHeights } from "../layout/box-heights.js";
import { Differences } from "../model/differences.js";
import { METRICS, TIME } from "../model/network.js";
import { download, toPng, toSvg } from "../render/export.js";
import { coloursIn, DIFFERS, MORE } from "../render/legend-keys.js";
import { FONT, forgetWidths } from "../render/surfaces.js";
import { Theme } from "../render/theme.js";
import { announce } from "./accessible-tree.js";
import { fillCrumbs } from "./breadcrumbs.js";
import { make, makeButton } from "./dom.js";
import { hasFocus } from "./frame.js";
import { fillHelp } from "./help.js";
import { fillLegend } from "./legend.js";
import { Overview } from "./overview.js";

/**
 * @typedef {import("../model/network.js").Part} Part
 * @typedef {import("../netmap.js").NetMap} NetMap
 * @typedef {import("../layout/scene.js").Scene} Scene
 */

const MOST_OUTLINES = 400;
const DARK_QUERY = "(prefers-color-scheme: dark)";

export class Overlays {
  /** @param {NetMap} map */
  constructor(map) {
    this.map = map;
    this.theme = new Theme("light", map.data.palette);
    this.overview = new Overview(map.frame.overview, (x, y) => map.centreOn(x, y));
    this.differences = new Differences([]);
    /** @type {{scene: Scene|null, found: Array<[Part, import("../model/differences.js").Mark]>}} */
    this.marked = { scene: null, found: [] };
    fillHelp(map.frame.help, () => this.help(false));
  }

  /** Follow the system's theme until a signal. @param {AbortSignal} signal */
  listen(signal) {
    const system = matchMedia(DARK_QUERY);
    const follow = () => this.applyTheme();
    document.fonts?.ready.then(() => {
      forgetWidths();
      follow();
    });
    system.addEventListener("change", follow, { signal });
  }

  /** Apply the theme to the page and the picture. */
  applyTheme() {
    const { map } = this;
    const wish = map.options.theme ?? "auto";
    const mode = wish === "auto" ? (matchMedia(DARK_QUERY).matches ? "dark" : "light") : wish;
    map.frame.element.dataset.mode = mode;
    map.screen.surface.family = getComputedStyle(map.frame.element).fontFamily || FONT;
    this.theme = new Theme(mode, map.data.palette);
    for (const [name, colour] of Object.entries(this.theme.ink)) map.frame.element.style.setProperty(`--${name}`, colour);
    this.updateLook();
    this.refresh();
  }

  /** The look of boxes; the heat scale ends at the largest value in view. */
  updateLook() {
    const { map } = this;
    const { metrics } = map.networks.vocabulary;
    const metric = METRICS.includes(map.state.colour) && map.state.colour in metrics ? map.state.colour : "kind";
    const largest = map.nets.map((net) => largestSeen(net.root, metric, map.openness));
    const most = metric === "kind" ? 0 : Math.max(metric === TIME ? 0 : 1, ...largest);
    const colours = map.nets.map((net) => coloursIn(net, this.theme));
    map.screen.look = {
      theme: this.theme,
      colour: metric,
      most,
      heights: new BoxHeights(map.nets, map.state.size),
      families: new Set(colours.flatMap((families) => [...families])),
      shortcuts: map.nets.some((net) => net.templates.some(({ role }) => role === "block")),
      metrics,
      compares: this.differences.nets.length > 1,
      several: map.nets.length > 1,
    };
    fillLegend(map.frame.legend, map.screen.look);
  }

  /** Compare the networks that are shown now. */
  compare() {
    this.differences = new Differences(this.map.options.marks === false ? [] : this.map.nets);
    this.marked = { scene: null, found: [] };
  }

  /** Outlines, breadcrumbs, toolbar and the tree for screen readers. */
  refresh() {
    const { map } = this;
    map.screen.outlines = this.outlines();
    fillCrumbs(map);
    map.toolbar.show();
    announce(map);
    map.screen.invalidate();
  }

  outlines() {
    const { map } = this;
    const { ink } = this.theme;
    /** @type {import("../render/screen.js").Outline[]} */
    const outlines = this.differing().map(([part, mark]) => ({ part, colour: ink.mark, width: 2, dash: mark === "differs" ? DIFFERS : MORE }));
    for (const part of map.session.matches.slice(0, MOST_OUTLINES)) outlines.push({ part, colour: ink.found, width: 2 });
    if (map.hovered) outlines.push({ part: map.hovered, colour: ink.soft, width: 1.2 });
    if (map.selected) outlines.push({ part: map.selected, colour: ink.glow, width: 3 });
    if (map.focused && map.focused !== map.selected && hasFocus(map.frame)) outlines.push({ part: map.focused, colour: ink.focus, width: 2.5, dash: [5, 3] });
    return outlines;
  }

  /** The parts in view that differ among networks, computed once for each scene. */
  differing() {
    const { map, differences } = this;
    if (this.marked.scene !== map.screen.scene) {
      /** @type {typeof this.marked.found} */
      const found = [];
      /** @type {(part: Part) => void} */
      const visit = (part) => {
        const mark = differences.of(part);
        if (!mark || found.length >= MOST_OUTLINES * map.nets.length) return;
        if (mark !== "only" && map.openness.isOpen(part)) part.children.forEach(visit);
        else found.push([part, mark]);
      };
      for (const { root } of map.nets) root.children.forEach(visit);
      this.marked = { scene: map.screen.scene, found };
    }
    return this.marked.found;
  }

  /** @param {boolean} open */
  help(open) {
    const { help, tree } = this.map.frame;
    help.hidden = !open;
    // The page around the map stays where it is, but for what is needed to read all of the help.
    (open ? /** @type {HTMLElement} */ (help.querySelector("button")) : tree).focus({ preventScroll: true });
    if (open) help.scrollIntoView({ block: "nearest" });
  }

  /** Show a message over the map until it is closed or the view changes. @param {string} text or empty */
  note(text) {
    const { note, tree } = this.map.frame;
    if (!text && note.matches(":focus-within")) tree.focus({ preventScroll: true });
    note.hidden = !text;
    note.replaceChildren(make("span", { text }), makeButton("Close the message (Esc)", "×", () => this.note("")));
  }

  /** @param {"svg"|"png"} kind */
  async save(kind) {
    const { scene, look, surface: { family } } = this.map.screen;
    if (!look) return;
    const name = fileName(this.map);
    const blob = kind === "svg" ? new Blob([toSvg(scene, look, family)], { type: "image/svg+xml" }) : await toPng(scene, look, family);
    if (blob) download(`${name}.${kind}`, blob);
  }
}

/** Networks, level and form: `resnext50_32x4d-layers-grouped-form`. @param {NetMap} map */
function fileName({ nets, openness, state }) {
  const level = openness.exceptions.size ? `${openness.level}-and-some-boxes` : openness.level;
  return [nets.map((net) => net.name).join("_vs_"), level, ...(state.form ? [`${state.form}-form`] : [])].join("-");
}

/** The largest value among layers and folded boxes that are drawn. @param {Part} part @param {string} metric @param {import("../model/network.js").Openness} openness @returns {number} */
function largestSeen(part, metric, openness) {
  if (!openness.isOpen(part)) return part.value(metric) ?? 0;
  // Equal parts are looked at once: the receptive field grows, so the last of a run counts.
  const last = new Map(part.children.map((child) => [child.number, child]));
  return Math.max(0, ...[...last.values()].map((child) => largestSeen(child, metric, openness)));
}
