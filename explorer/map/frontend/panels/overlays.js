// What a map shows beside the picture, kept in step with its state: outlines, card, bar, legend.

import { Differences } from "./differ.js";
import { download, toPng, toSvg } from "./export.js";
import { hasFocus } from "./frame.js";
import { announce } from "./keys.js";
import { EVEN, Growth } from "./growth.js";
import { DIFFERS, fillLegend, MORE } from "./legend.js";
import { METRICS } from "./model.js";
import { Overview } from "./overview.js";
import { fillCard, fillCrumbs, fillHelp } from "./panels.js";
import { FONT } from "./surfaces.js";
import { Theme } from "./theme.js";
import { blocksIn } from "./words.js";

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./netmap.js").NetMap} NetMap
 * @typedef {import("./layout.js").Scene} Scene
 */

const MOST_OUTLINES = 400;
const FOUND = "#e0a100";
const DARK_QUERY = "(prefers-color-scheme: dark)";

export class Show {
  /** @param {NetMap} map */
  constructor(map) {
    this.map = map;
    this.theme = new Theme("light");
    this.overview = new Overview(map.frame.overview, (x, y) => map.centreOn(x, y));
    this.differences = new Differences([]);
    /** @type {{scene: Scene|null, found: Array<[Part, import("./differ.js").Mark]>}} */
    this.marked = { scene: null, found: [] };
    fillHelp(map.frame.help, () => this.help(false));
  }

  /** Follow the system's theme until the returned function is called. */
  listen() {
    const system = matchMedia(DARK_QUERY);
    const follow = () => this.restyle();
    document.fonts?.ready.then(follow);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }

  /** Colours of the theme, and all that has them. */
  restyle() {
    const { map } = this;
    const wish = map.options.theme ?? "auto";
    const mode = wish === "auto" ? (matchMedia(DARK_QUERY).matches ? "dark" : "light") : wish;
    map.frame.element.dataset.mode = mode;
    map.screen.surface.family = getComputedStyle(map.frame.element).fontFamily || FONT;
    this.theme = new Theme(mode, map.data.palette);
    this.relook();
    this.refresh();
  }

  /** Colours of boxes, whose heat scale ends at the largest value that is seen. */
  relook() {
    const { map } = this;
    const metric = METRICS.includes(map.state.colour) ? map.state.colour : "kind";
    const largest = map.nets.map((net) => largestSeen(net.root, metric, map.openness));
    const most = metric === "kind" ? 0 : Math.max(1, ...largest);
    map.screen.look = { theme: this.theme, colour: metric, most, growth: new Growth(map.nets, map.state.size) };
    const layers = map.nets.some((net) => showsLayers(net.root, map.openness));
    const blocks = map.nets.some((net) => blocksIn(net, net.root.number).length);
    fillLegend(map.frame.legend, map.screen.look, { layers, blocks, compares: this.differences.nets.length > 1 });
  }

  /** Compare the networks that are shown now. */
  compare() {
    this.differences = new Differences(this.map.options.marks === false ? [] : this.map.nets);
    this.marked = { scene: null, found: [] };
  }

  /** Outlines, card, crumbs, bar and what screen readers see. */
  refresh() {
    const { map } = this;
    map.screen.outlines = this.outlines();
    fillCrumbs(map.frame.crumbs, map.selected ?? map.focused ?? map.nets[0].root, map.nets, (part) => map.goTo(part));
    map.toolbar.show({
      level: map.openness.level,
      pure: !map.openness.flips.size,
      form: map.state.form,
      colour: map.state.colour,
      size: map.screen.look?.growth.metric ?? EVEN,
      back: map.past.canBack,
      forward: map.past.canForward,
    });
    announce(map);
    map.screen.invalidate();
  }

  outlines() {
    const { map } = this;
    const { ink } = this.theme;
    /** @type {import("./screen.js").Outline[]} */
    const outlines = this.differing().map(([part, mark]) => ({ part, colour: ink.mark, width: 2, dash: mark === "differs" ? DIFFERS : MORE }));
    for (const part of map.hunt.matches.slice(0, MOST_OUTLINES)) outlines.push({ part, colour: FOUND, width: 2 });
    if (map.hovered) outlines.push({ part: map.hovered, colour: ink.soft, width: 1.2 });
    if (map.selected) outlines.push({ part: map.selected, colour: ink.glow, width: 3 });
    if (map.focused && map.focused !== map.selected && hasFocus(map.frame)) outlines.push({ part: map.focused, colour: ink.focus, width: 2.5, dash: [5, 3] });
    return outlines;
  }

  /** What is not the same in all networks, as far as it is open; looked up once for each scene. */
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

  card() {
    const { map } = this;
    const part = map.selected;
    fillCard(map.frame.card, part, {
      unit: map.data.count?.unit ?? "MACs",
      open: !!part && map.openness.isOpen(part),
      notes: part ? this.differences.notes(part) : [],
      close: () => map.select(null),
      toggle: () => part && map.toggle(part, !map.openness.isOpen(part)),
      zoom: () => part && map.zoomTo(part),
    });
  }

  /** @param {boolean} open */
  help(open) {
    const { help, tree } = this.map.frame;
    help.hidden = !open;
    (open ? /** @type {HTMLElement} */ (help.querySelector("button")) : tree).focus();
  }

  /** @param {"svg"|"png"} kind */
  async save(kind) {
    const { scene, look } = this.map.screen;
    if (!look) return;
    const name = this.map.nets.map((net) => net.name).join("_vs_");
    const blob = kind === "svg" ? new Blob([toSvg(scene, look)], { type: "image/svg+xml" }) : await toPng(scene, look);
    if (blob) download(`${name}.${kind}`, blob);
  }
}

/** Whether a layer in a box is drawn. @param {Part} part @param {import("./model.js").Openness} openness @returns {boolean} */
function showsLayers(part, openness) {
  return part.children.some((child) => (child.isLayer ? child.template.kind !== "InputLayer" : openness.isOpen(child) && showsLayers(child, openness)));
}

/** The largest value among layers and folded boxes that are drawn. @param {Part} part @param {string} metric @param {import("./model.js").Openness} openness @returns {number} */
function largestSeen(part, metric, openness) {
  if (!openness.isOpen(part)) return part.value(metric) ?? 0;
  // Equal parts are looked at once: the receptive field grows, so the last of a run counts.
  const last = new Map(part.children.map((child) => [child.number, child]));
  return Math.max(0, ...[...last.values()].map((child) => largestSeen(child, metric, openness)));
}
