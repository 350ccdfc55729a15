// The map as a whole: its state, what people do to it, and where it is mounted.

import { Camera } from "./camera.js";
import { differences } from "./differ.js";
import { make } from "./dom.js";
import { download, toPng, toSvg } from "./export.js";
import { listen } from "./gestures.js";
import { announce, press } from "./keys.js";
import { layout } from "./layout.js";
import { nearestSpot, partAt, seenFor, spotOf } from "./locate.js";
import { METRICS, Net, Openness } from "./model.js";
import { Overview } from "./overview.js";
import { fillCard, fillCrumbs, fillHelp, fillLegend } from "./panels.js";
import { Screen } from "./screen.js";
import { search } from "./search.js";
import { HEAD } from "./sizes.js";
import { decodeState, encodeState, START } from "./state.js";
import { Theme } from "./theme.js";
import { Toolbar } from "./toolbar.js";

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./state.js").MapState} MapState
 * @typedef {{state?: Partial<MapState>, height?: number, theme?: "auto"|"light"|"dark", url?: boolean}} Options
 * @typedef {{change?: (state: MapState) => void}} Callbacks
 */

const MARGIN_PX = 26;
const READABLE_ZOOM = 0.42;
const NARROW_PX = 640;
const MOST_MARKS = 400;

/** A mounted map. */
export class NetMap {
  /** @param {HTMLElement|ShadowRoot} root @param {any} data @param {Options} options @param {Callbacks} callbacks */
  constructor(root, data, options, callbacks) {
    this.options = options;
    this.callbacks = callbacks;
    this.key = `netmap-${Math.random().toString(36).slice(2, 8)}`;
    /** @type {MapState} */
    this.state = { ...START, ...(options.url ? decodeState(location.hash) : {}), ...options.state };
    /** @type {Array<{state: MapState, camera: Camera}>} */
    this.past = [];
    this.at = -1;
    /** @type {Part[]} */
    this.matches = [];
    this.matchAt = -1;
    this.query = "";
    this.fitted = true;
    this.build(root);
    this.setData(data);
    this.stopListening = listen(this.canvas, this.hands());
    this.resizes = new ResizeObserver(() => this.resized());
    this.resizes.observe(this.stage);
    this.darkness = matchMedia("(prefers-color-scheme: dark)");
    this.onDark = () => this.restyle();
    this.darkness.addEventListener("change", this.onDark);
  }

  /** @param {HTMLElement|ShadowRoot} root */
  build(root) {
    this.canvas = /** @type {HTMLCanvasElement} */ (make("canvas", { class: "netmap-canvas", "aria-hidden": "true" }));
    this.tree = make("div", { class: "netmap-tree", role: "tree", tabindex: "0", "aria-label": "Network map. Arrow keys move, Enter opens." });
    this.card = make("aside", { class: "netmap-card", "aria-label": "Selected part", hidden: true });
    this.legend = make("div", { class: "netmap-legend", "aria-label": "Legend" });
    this.help = make("div", { class: "netmap-help", role: "dialog", "aria-label": "Help", hidden: true });
    fillHelp(this.help, () => this.showHelp(false));
    const small = /** @type {HTMLCanvasElement} */ (make("canvas", { class: "netmap-overview", "aria-hidden": "true" }));
    this.crumbs = make("nav", { class: "netmap-crumbs", "aria-label": "Place" });
    this.stage = make("div", { class: "netmap-stage" }, [this.canvas, this.tree, this.legend, small, this.card, this.help]);
    this.element = make("div", { class: "netmap" }, [this.crumbs, this.stage]);
    if (this.options.height) this.element.style.height = `${this.options.height}px`;
    root.append(this.element);
    this.overview = new Overview(small, (x, y) => this.centreOn(x, y));
    this.screen = new Screen(this.canvas, () => this.overview.draw(this.screen));
    this.tree.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (press(this, event)) event.preventDefault();
    });
    this.tree.addEventListener("focus", () => this.refresh());
    this.tree.addEventListener("blur", () => this.refresh());
  }

  /** @param {any} data */
  setData(data) {
    this.data = data;
    const forms = [...new Set(data.networks.flatMap((/** @type {any} */ n) => Object.keys(n.forms)))];
    if (!forms.includes(this.state.form)) this.state.form = data.networks[0].form;
    this.toolbar?.element.remove();
    this.toolbar = new Toolbar(/** @type {string[]} */ (forms), {
      level: (level) => this.openLevel(level),
      form: (form) => this.setForm(form),
      colour: (colour) => this.change({ colour }),
      search: (query, step) => this.find(query, step),
      zoom: (factor) => this.zoomBy(factor),
      fit: () => this.fit(),
      history: (step) => this.travel(step),
      save: (kind) => this.save(kind),
      help: () => this.showHelp(this.help.hidden),
    });
    this.element.prepend(this.toolbar.element);
    /** @type {Map<string, Net>} */
    this.known = new Map();
    this.takeState();
    this.reveal();
    this.restyle();
    const { width, height } = this.stage.getBoundingClientRect();
    this.screen.resize(width, height);
    this.arrange();
    this.screen.go(this.fitCamera());
    this.fillCard();
    if (this.selected) this.zoomTo(this.selected);
    this.remember();
  }

  /** Nets, openness, selection and focus as the state says. */
  takeState() {
    const { form, open, selected, network } = this.state;
    this.nets = this.data.networks.map((/** @type {any} */ plain, /** @type {number} */ i) => this.net(plain, i, form));
    this.openness = Openness.parse(open);
    this.selected = selected ? (this.nets[network] ?? this.nets[0]).find(selected) : null;
    /** @type {Part|null} */
    this.focused = this.selected ?? (this.focused ? this.nets[0].find(this.focused.id) : null);
    this.marks = differences(this.nets);
  }

  /** Open what hides the selection. */
  reveal() {
    if (!this.selected) return;
    this.openness = this.openness.revealing(this.selected);
    this.state = { ...this.state, open: this.openness.toString() };
  }

  /** @param {any} plain @param {number} i @param {string} form */
  net(plain, i, form) {
    const name = plain.forms[form] ? form : plain.form;
    const key = `${i} ${name}`;
    const net = this.known.get(key) ?? new Net(plain.forms[name], plain.name);
    this.known.set(key, net);
    return net;
  }

  get direction() {
    return this.screen.width > this.screen.height * 0.95 ? "right" : "down";
  }

  arrange() {
    this.screen.scene = layout(this.nets, this.openness, this.direction);
    this.refresh();
  }

  /** Mode, colours and all that shows them. */
  restyle() {
    const wish = this.options.theme ?? "auto";
    this.mode = wish === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : wish;
    this.element.dataset.mode = this.mode;
    this.theme = new Theme(this.mode, this.data.palette);
    this.relook();
    this.refresh();
  }

  /** @param {"light"|"dark"} theme */
  setTheme(theme) {
    this.options.theme = theme;
    this.restyle();
  }

  relook() {
    const { colour } = this.state;
    const metric = METRICS.includes(colour) ? colour : "kind";
    const most = metric === "kind" ? 0 : Math.max(1, ...this.nets.map((net) => largestSeen(net.root, metric, this.openness)));
    this.screen.look = { theme: this.theme, colour: metric, most };
    fillLegend(this.legend, this.screen.look, this.nets.length > 1);
  }

  /** Outlines, card, crumbs, toolbar and screen reader, all in step. */
  refresh() {
    const { ink } = this.theme;
    /** @type {import("./screen.js").Outline[]} */
    const outlines = [];
    for (const part of this.marked()) outlines.push({ part, colour: ink.mark, width: 2, dash: [4, 3] });
    for (const part of this.matches.slice(0, MOST_MARKS)) outlines.push({ part, colour: "#e0a100", width: 2 });
    if (this.hovered) outlines.push({ part: this.hovered, colour: ink.soft, width: 1.2 });
    if (this.selected) outlines.push({ part: this.selected, colour: ink.glow, width: 3 });
    const inTree = /** @type {Document|ShadowRoot} */ (this.tree.getRootNode()).activeElement === this.tree;
    if (this.focused && inTree) outlines.push({ part: this.focused, colour: ink.focus, width: 2.5, dash: [5, 3] });
    this.screen.outlines = outlines;
    fillCrumbs(this.crumbs, this.selected ?? this.focused ?? this.nets[0].root, (part) => this.goTo(part));
    this.toolbar.show({
      level: this.openness.level,
      pure: !this.openness.flips.size,
      form: this.nets.length ? this.state.form : "",
      colour: this.state.colour,
      back: this.at > 0,
      forward: this.at < this.past.length - 1,
    });
    announce(this);
    this.screen.invalidate();
  }

  /** What differs, or the folded boxes that hide it; looked up once for each scene. @returns {Part[]} */
  marked() {
    const { scene } = this.screen;
    if (this.markedIn !== scene) {
      /** @type {Set<Part>} */
      const parts = new Set();
      this.marks.forEach((marks, i) => {
        for (const id of marks.keys()) {
          const part = this.nets[i].find(id);
          const seen = part && seenFor(scene, part);
          if (seen?.parent && parts.size < MOST_MARKS * (i + 1)) parts.add(seen);
        }
      });
      [this.markedIn, this.markedParts] = [scene, [...parts]];
    }
    return this.markedParts ?? [];
  }

  fillCard() {
    const part = this.selected;
    const mark = part && this.marks[this.nets.indexOf(part.net)]?.get(part.id);
    fillCard(this.card, part, {
      unit: this.data.count?.unit ?? "MACs",
      open: !!part && this.openness.isOpen(part),
      notes: mark ? [mark === "only" ? "Not every network shown has this part." : "Differs from the other networks shown."] : [],
      close: () => this.select(null),
      toggle: () => part && this.toggle(part, !this.openness.isOpen(part)),
      zoom: () => part && this.zoomTo(part),
    });
  }

  /** @returns {import("./gestures.js").Hands} */
  hands() {
    return {
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (factor, x, y) => this.zoomBy(factor, x, y),
      tap: (x, y) => this.tap(x, y),
      hover: (x, y) => {
        const part = partAt(this.screen.scene, ...this.screen.camera.toMap(x, y))?.part ?? null;
        if (part === this.hovered) return;
        this.hovered = part;
        this.canvas.style.cursor = part ? "pointer" : "";
        this.refresh();
      },
    };
  }

  /** @param {number} x @param {number} y */
  tap(x, y) {
    this.tree.focus({ preventScroll: true });
    const [mx, my] = this.screen.camera.toMap(x, y);
    const hit = partAt(this.screen.scene, mx, my);
    if (!hit) {
      this.select(null);
      return;
    }
    const { part, spot } = hit;
    const head = Math.max(HEAD, 12 / this.screen.camera.zoom);
    if (!part.isLayer && !spot.box.open) this.toggle(part, true);
    else if (!part.isLayer && my < spot.y + head) this.toggle(part, false);
    this.select(part);
  }

  /** @param {Part|null} part */
  focus(part) {
    this.focused = part;
    if (part) this.bringIntoView(part);
    this.refresh();
  }

  /** @param {Part|null} part */
  select(part) {
    this.focused = part ?? this.focused;
    const network = part ? this.nets.indexOf(part.net) : 0;
    this.change({ selected: part?.id ?? "", network });
  }

  /** @param {Part} part @param {boolean} open */
  toggle(part, open) {
    if (part.isLayer || this.openness.isOpen(part) === open) return;
    this.focused = part;
    this.openness = this.openness.with(part, open);
    this.reopen(part);
  }

  /** @param {string} level */
  openLevel(level) {
    this.openness = new Openness(level);
    this.fitted = true;
    this.reopen(null);
  }

  /** Lay out what is open now and go there. @param {Part|null} part that was opened or folded */
  reopen(part) {
    const before = part ? spotOf(this.screen.scene, part) : null;
    const scene = layout(this.nets, this.openness, this.direction);
    const spot = part ? spotOf(scene, part) : null;
    this.relook();
    const { camera } = this.screen;
    let goal = this.fitCamera(scene);
    const readable = goal.zoom >= READABLE_ZOOM;
    if (spot && before && !(this.fitted && readable)) {
      const anchored = new Camera(camera.x + spot.x - before.x, camera.y + spot.y - before.y, camera.zoom);
      const own = Camera.on(spot, this.area(MARGIN_PX), Math.max(camera.zoom, 0.8));
      const inside = spot.w * camera.zoom < this.screen.width && spot.h * camera.zoom < this.screen.height;
      goal = inside ? this.nudged(anchored, spot) : own;
      this.fitted = false;
    }
    this.screen.go(goal, scene);
    this.change({ open: this.openness.toString() });
  }

  /** A camera moved just so far that a spot is seen. @param {Camera} camera @param {import("./locate.js").Spot} spot */
  nudged(camera, spot) {
    const { x, y, w, h } = this.area(MARGIN_PX);
    const over = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ low, /** @type {number} */ room) => {
      if (start < low) return low - start;
      return start + length > low + room ? Math.max(low + room - start - length, low - start) : 0;
    };
    const dx = over((spot.x - camera.x) * camera.zoom, spot.w * camera.zoom, x, w);
    const dy = over((spot.y - camera.y) * camera.zoom, spot.h * camera.zoom, y, h);
    return camera.moved(dx, dy);
  }

  /** @param {Part} part */
  bringIntoView(part) {
    const spot = spotOf(this.screen.scene, part);
    if (!spot) return;
    const goal = this.nudged(this.screen.camera, spot);
    const readable = Math.min(spot.h, 40) * goal.zoom >= 9;
    this.screen.go(readable ? goal : Camera.on(spot, this.area(120), 1));
  }

  /** Show a part, opening what hides it. @param {Part} part */
  goTo(part) {
    this.openness = this.openness.revealing(part);
    this.screen.scene = layout(this.nets, this.openness, this.direction);
    this.change({ open: this.openness.toString(), selected: part.id, network: this.nets.indexOf(part.net) });
    this.zoomTo(part);
  }

  /** @param {Part} part */
  zoomTo(part) {
    if (!part.parent) {
      this.fit();
      return;
    }
    const spot = nearestSpot(this.screen.scene, part);
    if (spot) this.screen.go(Camera.on(spot, this.area(80), 1.3));
    this.fitted = false;
  }

  /** The whole of a scene. @param {import("./layout.js").Scene} [scene] */
  fitCamera(scene = this.screen.scene) {
    return Camera.on({ x: 0, y: 0, w: scene.w, h: scene.h }, this.area(MARGIN_PX));
  }

  /** The part of the screen that legend and card leave free. @param {number} margin @returns {import("./camera.js").Rect} */
  area(margin) {
    const { width, height } = this.screen;
    const [x, y] = [Math.min(margin, width / 12), Math.min(margin, height / 12)];
    const wide = width > NARROW_PX;
    const beside = wide && !this.card.hidden ? this.card.offsetWidth + 12 : 0;
    const below = !wide && !this.card.hidden ? this.card.offsetHeight : wide ? this.legend.offsetHeight : 0;
    return { x, y, w: Math.max(80, width - 2 * x - beside), h: Math.max(80, height - 2 * y - below) };
  }

  fit() {
    this.fitted = true;
    this.screen.go(this.fitCamera());
    this.refresh();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.moveTo(this.screen.camera.moved(dx, dy));
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] */
  zoomBy(factor, x = this.screen.width / 2, y = this.screen.height / 2) {
    this.moveTo(this.screen.camera.zoomed(factor, x, y));
  }

  /** @param {number} x @param {number} y */
  centreOn(x, y) {
    const { width, height, camera } = this.screen;
    this.moveTo(new Camera(x - width / camera.zoom / 2, y - height / camera.zoom / 2, camera.zoom));
  }

  /** @param {Camera} camera */
  moveTo(camera) {
    this.fitted = false;
    this.screen.halt();
    this.screen.camera = camera;
    this.screen.invalidate();
  }

  /** @param {string} form */
  setForm(form) {
    const kept = this.selected;
    this.state = { ...this.state, form };
    const selected = kept && (this.data.networks.length ? kept.id : "");
    this.takeState();
    this.selected = selected ? this.nets[this.state.network].find(selected) : null;
    const scene = layout(this.nets, this.openness, this.direction);
    this.relook();
    const goal = this.fitCamera(scene);
    this.screen.go(this.fitted ? goal : this.screen.camera, scene);
    this.change({ form, selected: this.selected?.id ?? "" });
  }

  /** @param {string} query @param {number} step */
  find(query, step) {
    if (query !== this.query || !this.matches.length) {
      this.query = query;
      this.matches = this.nets.flatMap((net) => search(net, query));
      this.matchAt = -1;
    }
    const count = this.matches.length;
    if (step && count) {
      this.matchAt = this.matchAt < 0 ? (step > 0 ? 0 : count - 1) : (this.matchAt + step + count) % count;
      this.goTo(this.matches[this.matchAt]);
    }
    const at = this.matchAt < 0 ? "" : `${this.matchAt + 1} of `;
    this.toolbar.showFound(query.trim() ? (count ? `${at}${count.toLocaleString("en-US")}` : "none") : "");
    this.refresh();
  }

  escape() {
    if (!this.help.hidden) this.showHelp(false);
    else if (this.matches.length) {
      this.toolbar.input.value = "";
      this.find("", 0);
    } else this.select(null);
  }

  /** @param {boolean} show */
  showHelp(show) {
    this.help.hidden = !show;
    (show ? this.help.querySelector("button") : this.tree).focus();
  }

  /** Take over some state, show it, and tell whoever mounted the map. @param {Partial<MapState>} some */
  change(some) {
    const before = encodeState(this.state);
    this.state = { ...this.state, ...some };
    const { selected, network } = this.state;
    this.selected = selected ? (this.nets[network] ?? this.nets[0]).find(selected) : null;
    if (some.colour || some.form) this.relook();
    this.fillCard();
    if (encodeState(this.state) !== before || some.form) {
      this.remember();
      if (this.options.url) history.replaceState(null, "", `#${encodeState(this.state)}`);
      this.callbacks.change?.({ ...this.state });
    }
    this.refresh();
  }

  remember() {
    const entry = { state: { ...this.state }, camera: this.screen.camera };
    if (this.at >= 0 && encodeState(this.past[this.at].state) === encodeState(entry.state)) return;
    this.past = [...this.past.slice(0, this.at + 1), entry].slice(-200);
    this.at = this.past.length - 1;
  }

  /** Back or forward through what was seen. @param {number} step */
  travel(step) {
    const entry = this.past[this.at + step];
    if (!entry) return;
    this.at += step;
    this.setState(entry.state, entry.camera);
    this.callbacks.change?.({ ...this.state });
  }

  /** @param {Partial<MapState>} state @param {Camera} [camera] */
  setState(state, camera) {
    this.state = { ...this.state, ...state };
    this.takeState();
    if (!camera) this.reveal();
    const scene = layout(this.nets, this.openness, this.direction);
    this.relook();
    const spot = this.selected && spotOf(scene, this.selected);
    const all = this.fitCamera(scene);
    const goal = camera ?? (this.fitted || !spot ? all : this.nudged(this.screen.camera, spot));
    this.screen.go(goal, scene);
    if (this.options.url) history.replaceState(null, "", `#${encodeState(this.state)}`);
    this.fillCard();
    this.refresh();
  }

  /** What somebody else has chosen: go there. @param {Partial<MapState>} state */
  show(state) {
    this.setState(state);
    this.remember();
    if (this.selected) this.bringIntoView(this.selected);
  }

  resized() {
    const { width, height } = this.stage.getBoundingClientRect();
    if (Math.abs(width - this.screen.width) < 1 && Math.abs(height - this.screen.height) < 1) return;
    const before = this.direction;
    this.screen.resize(width, height);
    if (this.direction !== before) this.arrange();
    if (this.fitted) {
      this.screen.halt();
      this.screen.camera = this.fitCamera();
    }
    this.refresh();
  }

  /** @param {"svg"|"png"} kind */
  async save(kind) {
    const { scene, look } = this.screen;
    if (!look) return;
    const name = this.nets.map((/** @type {Net} */ net) => net.name).join("_vs_");
    if (kind === "svg") download(`${name}.svg`, new Blob([toSvg(scene, look)], { type: "image/svg+xml" }));
    const png = kind === "png" ? await toPng(scene, look) : null;
    if (png) download(`${name}.png`, png);
  }

  destroy() {
    this.stopListening();
    this.resizes.disconnect();
    this.darkness.removeEventListener("change", this.onDark);
    this.element.remove();
  }
}

/** The largest value among layers and folded boxes that are drawn. @param {Part} part @param {string} metric @param {Openness} openness @returns {number} */
function largestSeen(part, metric, openness) {
  if (!openness.isOpen(part)) return part.value(metric) ?? 0;
  // Equal parts are looked at once: the receptive field grows, so the last of a run counts.
  const last = new Map(part.children.map((child) => [child.number, child]));
  return Math.max(0, ...[...last.values()].map((child) => largestSeen(child, metric, openness)));
}

/**
 * Put a map into an element.
 *
 * @param {HTMLElement|ShadowRoot} root
 * @param {any} data as `explorer.map.data.map_data` gives it
 * @param {Options} [options]
 * @param {Callbacks} [callbacks]
 */
export function mount(root, data, options = {}, callbacks = {}) {
  const map = new NetMap(root, data, options, callbacks);
  return {
    map,
    /** @param {any} newData @param {Partial<MapState>} [state] */
    update(newData, state) {
      if (state) map.state = { ...map.state, ...state };
      map.setData(newData);
    },
    /** @param {Partial<MapState>} state */
    show: (state) => map.show(state),
    /** @param {"light"|"dark"} theme */
    setTheme: (theme) => {
      if (theme !== map.options.theme) map.setTheme(theme);
    },
    state: () => ({ ...map.state }),
    destroy: () => map.destroy(),
  };
}
