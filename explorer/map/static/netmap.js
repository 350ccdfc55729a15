// A mounted map: its state, and what people do to it.

import { makeFrame } from "./frame.js";
import { listen } from "./gestures.js";
import { Hunt } from "./hunt.js";
import { follow, press } from "./keys.js";
import { directionFor, layout } from "./layout.js";
import { nearestSpot, spotOf } from "./locate.js";
import { Openness } from "./model.js";
import { Networks } from "./networks.js";
import { Past } from "./past.js";
import { Pilot } from "./pilot.js";
import { Show } from "./show.js";
import { decodeState, encodeState, START } from "./state.js";
import { Toolbar } from "./toolbar.js";
import { hover, tap } from "./touch.js";

/**
 * @typedef {import("./model.js").Part} Part
 * @typedef {import("./state.js").MapState} MapState
 */

export class NetMap extends Pilot {
  /** @param {HTMLElement|ShadowRoot} root @param {any} data @param {import("./app.js").Options} options @param {import("./app.js").Callbacks} callbacks */
  constructor(root, data, options, callbacks) {
    super(makeFrame(), () => this.drawn());
    this.options = options;
    this.callbacks = callbacks;
    this.key = `netmap-${Math.random().toString(36).slice(2, 8)}`;
    /** @type {MapState} */
    this.state = { ...START, ...(options.url ? decodeState(location.hash) : {}), ...options.state };
    this.openness = new Openness("stages");
    this.past = new Past();
    this.networks = new Networks(data);
    this.nets = this.networks.in(this.state.form);
    /** @type {Part|null} */
    this.selected = null;
    /** @type {Part|null} */
    this.focused = null;
    /** @type {Part|null} */
    this.hovered = null;
    this.hunt = new Hunt([], "", null);
    if (options.height) this.frame.element.style.height = `${options.height}px`;
    root.append(this.frame.element);
    this.shown = new Show(this);
    this.toolbar = this.makeToolbar();
    this.data = data;
    this.setData(data);
    this.stops = this.listen();
  }

  /** @returns {Array<() => void>} */
  listen() {
    const { tree, stage, canvas } = this.frame;
    tree.addEventListener("keydown", (event) => {
      if (press(this, event)) event.preventDefault();
    });
    for (const name of ["focus", "blur"]) tree.addEventListener(name, () => this.shown.refresh());
    canvas.addEventListener("pointerdown", () => this.toolbar.fold());
    const resizes = new ResizeObserver(() => this.resized());
    resizes.observe(stage);
    /** @type {import("./gestures.js").Hands} */
    const hands = {
      pan: this.pan.bind(this),
      zoom: this.zoomBy.bind(this),
      tap: (x, y) => tap(this, x, y),
      hover: (x, y) => hover(this, x, y),
    };
    return [listen(canvas, hands), this.shown.listen(), () => resizes.disconnect()];
  }

  refresh() {
    this.shown.refresh();
  }

  /** After each picture. */
  drawn() {
    const { seesAll } = this.aim;
    this.shown.overview.draw(this.screen, !seesAll, this.frame.card);
    follow(this);
    // While there is nowhere to go on the map, a finger on it scrolls the page around it.
    this.frame.canvas.style.touchAction = seesAll ? "pan-y" : "none";
  }

  makeToolbar() {
    const bar = new Toolbar(this.networks.forms, {
      level: (level) => this.openLevel(level),
      form: (form) => this.remake({ form }),
      colour: (colour) => this.change({ colour }),
      size: (size) => this.remake({ size }),
      search: (query, step) => this.find(query, step),
      zoom: (factor) => this.zoomBy(factor),
      fit: () => this.fit(),
      history: (step) => this.travel(step),
      save: (kind) => this.shown.save(kind),
      help: () => this.shown.help(this.frame.help.hidden),
    });
    this.toolbar?.element.remove();
    this.frame.element.prepend(bar.element);
    return bar;
  }

  /** Show other networks, with the same state as far as it applies. @param {any} data */
  setData(data) {
    this.data = data;
    this.networks = new Networks(data);
    this.toolbar = this.makeToolbar();
    const wished = this.state.selected;
    this.takeState();
    this.reveal();
    const { width, height } = this.frame.stage.getBoundingClientRect();
    this.screen.resize(width, height);
    this.screen.scene = this.layout();
    this.shown.card();
    this.shown.restyle();
    this.screen.go(this.aim.home(this.screen.scene));
    if (this.selected) this.approach(this.selected);
    this.past.add({ state: this.state, camera: this.screen.camera });
    // An app finds the part around a missing layer itself; an answer now would overtake its address.
    if (this.state.selected !== wished && this.options.url) this.tell();
  }

  /** Networks, openness, selection and focus as the state says. */
  takeState() {
    this.state = { ...this.state, form: this.networks.formFor(this.state.form) };
    this.nets = this.networks.in(this.state.form);
    this.openness = Openness.parse(this.state.open);
    this.takeSelection();
    this.focused = this.selected ?? (this.focused && this.nets[0].nearest(this.focused.id));
    this.hovered = null;
    this.hunt = new Hunt(this.nets, this.state.search, this.selected);
    this.toolbar.input.value = this.state.search;
    this.toolbar.showFound(this.hunt.words);
    this.shown.compare();
  }

  /** Another form may have no such layer: then the block around it is selected. */
  takeSelection() {
    const { selected, network } = this.state;
    this.selected = (this.nets[network] ?? this.nets[0]).nearest(selected);
    this.state = { ...this.state, selected: this.selected?.id ?? "" };
  }

  /** Open what hides the selection. */
  reveal() {
    if (!this.selected) return;
    this.openness = this.openness.revealing(this.selected);
    this.state = { ...this.state, open: this.openness.toString() };
  }

  /** @returns {import("./layout.js").Direction} */
  get direction() {
    return directionFor(this.nets, this.state.size, this.screen.width, this.screen.height);
  }

  layout() {
    return layout(this.nets, this.openness, this.direction, this.state.size);
  }

  /** Take over some state, show it, and tell whoever mounted the map. @param {Partial<MapState>} some */
  change(some) {
    const before = encodeState(this.state);
    this.state = { ...this.state, ...some };
    this.takeSelection();
    if (some.colour) this.shown.relook();
    this.shown.card();
    if (encodeState(this.state) !== before) {
      this.past.add({ state: this.state, camera: this.screen.camera });
      this.tell();
    }
    this.shown.refresh();
  }

  tell() {
    this.address();
    this.callbacks.change?.({ ...this.state });
  }

  address() {
    if (this.options.url) history.replaceState(null, "", `#${encodeState(this.state)}`);
  }

  /** @param {Partial<MapState>} state @param {import("./camera.js").Camera} [camera] */
  setState(state, camera) {
    this.state = { ...this.state, ...state };
    this.takeState();
    if (!camera) this.reveal();
    const scene = this.layout();
    this.shown.relook();
    this.shown.card();
    const spot = this.selected && spotOf(scene, this.selected);
    const goal = camera ?? (this.fitted || !spot ? this.aim.home(scene) : this.aim.nudged(this.screen.camera, spot));
    this.screen.go(goal, scene);
    this.shown.refresh();
  }

  /** What somebody else has chosen: go there. @param {Partial<MapState>} state */
  show(state) {
    this.setState(state);
    this.past.add({ state: this.state, camera: this.screen.camera });
    const spot = this.selected && spotOf(this.screen.scene, this.selected);
    if (this.selected?.isLayer) this.approach(this.selected);
    else if (spot) this.screen.go(this.aim.seen(spot));
  }

  /** Back or forward through what was seen. @param {number} step */
  travel(step) {
    const entry = this.past.travel(step);
    if (!entry) return;
    this.setState(entry.state, entry.camera);
    this.tell();
  }

  /** @param {"light"|"dark"} theme */
  setTheme(theme) {
    this.options.theme = theme;
    this.shown.restyle();
  }

  /** Show another form, or other sizes, with the focus where it is on the screen. @param {Partial<MapState>} some */
  remake(some) {
    const before = this.focused && nearestSpot(this.screen.scene, this.focused);
    this.state = { ...this.state, ...some };
    this.takeState();
    const scene = this.layout();
    const after = this.focused && nearestSpot(scene, this.focused);
    this.shown.relook();
    this.screen.go(this.fitted ? this.aim.home(scene) : this.aim.kept(before, after), scene);
    this.shown.card();
    this.past.add({ state: this.state, camera: this.screen.camera });
    this.tell();
    this.shown.refresh();
  }

  /** @param {Part|null} part */
  focus(part) {
    this.focused = part;
    const spot = part && spotOf(this.screen.scene, part);
    if (spot) this.screen.go(this.aim.seen(spot));
    this.shown.refresh();
  }

  /** @param {Part|null} part */
  select(part) {
    this.focused = part ?? this.focused;
    this.change({ selected: part?.id ?? "", network: part ? this.nets.indexOf(part.net) : 0 });
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
    const before = part && spotOf(this.screen.scene, part);
    const scene = this.layout();
    const after = part && spotOf(scene, part);
    this.shown.relook();
    const stays = before && after && !(this.fitted && this.aim.readable(scene));
    if (stays) this.fitted = false;
    this.screen.go(stays ? this.aim.reopened(before, after) : this.aim.home(scene), scene);
    this.change({ open: this.openness.toString() });
  }

  /** Show a part, opening what hides it. @param {Part} part */
  goTo(part) {
    this.openness = this.openness.revealing(part);
    this.screen.scene = this.layout();
    this.focused = part;
    this.change({ open: this.openness.toString(), selected: part.id, network: this.nets.indexOf(part.net) });
    this.approach(part);
  }

  /** Search, and step through what is found. @param {string} query @param {number} step */
  find(query, step) {
    this.hunt.start(this.nets, query);
    this.state = { ...this.state, search: query };
    this.address();
    const part = step ? this.hunt.step(step) : null;
    if (part) this.goTo(part);
    this.toolbar.showFound(this.hunt.words);
    this.shown.refresh();
  }

  /** Close or clear the topmost of help, search and card. */
  escape() {
    if (!this.frame.help.hidden) this.shown.help(false);
    else if (this.hunt.matches.length) {
      this.toolbar.input.value = "";
      this.find("", 0);
    } else this.select(null);
  }

  resized() {
    const { width, height } = this.frame.stage.getBoundingClientRect();
    if (Math.abs(width - this.screen.width) < 1 && Math.abs(height - this.screen.height) < 1) return;
    const before = this.direction;
    this.screen.resize(width, height);
    if (this.direction !== before) this.screen.scene = this.layout();
    this.screen.halt();
    if (this.fitted) this.screen.camera = this.aim.home(this.screen.scene);
    this.shown.refresh();
  }

  destroy() {
    for (const stop of this.stops) stop();
    this.frame.element.remove();
  }
}
