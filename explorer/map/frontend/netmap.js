// The map: its state, and the actions that change it.

import { CameraController } from "./input/camera-controller.js";
import { listen } from "./input/gestures.js";
import { ViewHistory } from "./input/history.js";
import { press } from "./input/keyboard.js";
import { nearestSpot, spotOf } from "./layout/hit-test.js";
import { layout, stripFor } from "./layout/scene.js";
import { LEVELS, Openness } from "./model/network.js";
import { Networks } from "./model/networks.js";
import { SearchSession } from "./model/search-session.js";
import { checkState, decodeState, encodeState, START } from "./model/state.js";
import { follow } from "./panels/accessible-tree.js";
import { fillCard } from "./panels/card.js";
import { makeFrame } from "./panels/frame.js";
import { Overlays } from "./panels/overlays.js";
import { Toolbar } from "./panels/toolbar.js";

/**
 * @typedef {import("./model/network.js").Part} Part
 * @typedef {import("./model/state.js").MapState} MapState
 */

export class NetMap extends CameraController {
  /** @param {HTMLElement|ShadowRoot} root @param {import("./model/networks.js").MapData} data @param {import("./mount.js").Options} options @param {import("./mount.js").Callbacks} callbacks */
  constructor(root, data, options, callbacks) {
    super(makeFrame(), () => this.drawn());
    this.options = options;
    this.callbacks = callbacks;
    this.key = `netmap-${Math.random().toString(36).slice(2, 8)}`;
    /** @type {MapState} */
    this.state = { ...START, ...options.state };
    this.openness = new Openness("stages");
    this.history = new ViewHistory();
    this.networks = new Networks(data);
    this.nets = this.networks.in(this.state.form);
    /** @type {Part|null} */
    this.selected = null;
    /** @type {Part|null} */
    this.focused = null;
    /** @type {Part|null} */
    this.hovered = null;
    this.session = new SearchSession([], "", null);
    if (options.height) this.frame.element.style.height = `${options.height}px`;
    root.append(this.frame.element);
    this.data = data;
    this.overlays = new Overlays(this);
    this.toolbar = this.makeToolbar();
    if (options.url) this.state = this.addressed();
    this.setData(data);
    this.end = new AbortController();
    this.listen(this.end.signal);
  }

  /** The state in the address; values that are not valid are reported and replaced. @returns {MapState} */
  addressed() {
    const { state, refused } = checkState(decodeState(location.hash), this.networks);
    this.overlays.note(refused.join(" "));
    const wanted = { ...START, ...this.options.state, ...state };
    if (refused.length) history.replaceState(null, "", `#${encodeState(wanted)}`);
    return wanted;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const { element, tree, stage, canvas } = this.frame;
    tree.addEventListener("keydown", (event) => {
      if (press(this, event)) event.preventDefault();
    });
    for (const name of ["focus", "blur"]) tree.addEventListener(name, () => this.overlays.refresh());
    canvas.addEventListener("pointerdown", () => this.toolbar.fold());
    const closes = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.escape()) return;
      event.preventDefault();
      event.stopPropagation();
    };
    element.addEventListener("keydown", closes);
    const elsewhere = (/** @type {KeyboardEvent} */ event) => event.target === document.body && closes(event);
    document.addEventListener("keydown", elsewhere, { signal });
    const moved = () => this.options.url && this.show(this.addressed());
    globalThis.addEventListener("hashchange", moved, { signal });
    const resizes = new ResizeObserver(() => this.resized());
    resizes.observe(stage);
    signal.addEventListener("abort", () => resizes.disconnect());
    listen(this, signal);
    this.overlays.listen(signal);
  }

  refresh() {
    this.overlays.refresh();
  }

  /** After each picture. */
  drawn() {
    const { seesAll } = this.framing;
    this.overlays.overview.draw(this.screen, !seesAll);
    follow(this);
    // While there is nowhere to go on the map, a finger on it scrolls the page around it.
    this.frame.canvas.style.touchAction = seesAll ? "pan-y" : "none";
  }

  makeToolbar() {
    this.toolbar?.element.remove();
    const toolbar = new Toolbar(this);
    this.frame.element.prepend(toolbar.element);
    return toolbar;
  }

  /** Show other networks, with the same state as far as they allow; what is focused keeps its place. @param {import("./model/networks.js").MapData} data */
  setData(data) {
    this.data = data;
    this.networks = new Networks(data);
    this.toolbar = this.makeToolbar();
    const [before, selected] = [this.focused && nearestSpot(this.screen.scene, this.focused), this.selected?.id];
    this.takeState();
    this.reveal();
    const { width, height } = this.frame.stage.getBoundingClientRect();
    this.screen.resize(width, height);
    const scene = this.layout();
    const after = this.focused && nearestSpot(scene, this.focused);
    fillCard(this);
    this.overlays.applyTheme();
    this.screen.go(this.fitted || !before || !after ? this.framing.home(scene) : this.framing.kept(before, after), scene);
    if (this.selected && this.selected.id !== selected) this.approach(this.selected);
    this.remember();
  }

  /** Set networks, openness, selection and focus from the state. */
  takeState() {
    this.state = { ...this.state, form: this.networks.formFor(this.state.form) };
    this.nets = this.networks.in(this.state.form);
    this.openness = Openness.parse(this.state.open);
    this.takeSelection();
    this.focused = this.selected ?? (this.focused && this.nets[0].nearest(this.focused.id));
    this.hovered = null;
    this.session = new SearchSession(this.nets, this.state.search, this.selected);
    this.toolbar.search.show(this.session);
    this.overlays.compare();
  }

  /** Select the part of the state, or the block around it if this form has no such layer. */
  takeSelection() {
    const { selected, network } = this.state;
    this.selected = (this.nets[network] ?? this.nets[0]).nearest(selected);
    this.state = { ...this.state, selected: this.selected?.id ?? "" };
  }

  /** Open the boxes around the selection. */
  reveal() {
    if (!this.selected) return;
    this.openness = this.openness.revealing(this.selected);
    this.state = { ...this.state, open: this.openness.toString() };
  }

  layout() {
    return layout(this.nets, this.openness, stripFor(this.nets, this.state.size, this.framing.area()), this.state.size);
  }

  /** Change the state, show it, and notify the host. @param {Partial<MapState>} some */
  change(some) {
    const before = encodeState(this.state);
    this.state = { ...this.state, ...some };
    this.takeSelection();
    if (some.colour) this.overlays.updateLook();
    fillCard(this);
    if (encodeState(this.state) !== before) {
      this.remember();
      this.notify();
    }
    this.overlays.refresh();
  }

  /** Add the view to the history. */
  remember() {
    this.history.add({ state: this.state, camera: this.screen.camera });
  }

  notify() {
    this.overlays.note("");
    this.address();
    this.callbacks.change?.({ ...this.state });
  }

  address() {
    if (this.options.url) history.replaceState(null, "", `#${encodeState(this.state)}`);
  }

  /** Show a state; false if only selection, colour or search change, and so nothing moves. @param {Partial<MapState>} state @param {import("./layout/camera.js").Camera} [camera] */
  setState(state, camera) {
    const drawn = () => [this.state.open, this.state.form, this.state.size].join();
    const before = drawn();
    this.state = { ...this.state, ...state };
    this.takeState();
    if (!camera) this.reveal();
    const moves = drawn() !== before;
    const scene = moves ? this.layout() : this.screen.scene;
    this.overlays.updateLook();
    fillCard(this);
    const spot = this.selected && spotOf(scene, this.selected);
    const follows = this.fitted || !spot ? this.framing.home(scene) : this.framing.nudged(this.screen.camera, spot);
    this.screen.go(camera ?? (moves ? follows : this.screen.camera), scene);
    this.overlays.refresh();
    return moves;
  }

  /** Show what the host asks for; nothing moves if that is in view. @param {Partial<MapState>} state */
  show(state) {
    const moves = this.setState(state);
    this.remember();
    if (moves && this.selected?.isLayer) this.approach(this.selected);
    else if (this.selected) this.see(this.selected);
  }

  /** Go back or forward in the history. @param {number} step */
  travel(step) {
    const entry = this.history.travel(step);
    if (!entry) return;
    this.setState(entry.state, entry.camera);
    this.notify();
  }

  /** @param {"light"|"dark"} theme */
  setTheme(theme) {
    this.options.theme = theme;
    this.overlays.applyTheme();
  }

  /** Show another form or other sizes; the focused part keeps its position on the screen. @param {Partial<MapState>} some */
  remake(some) {
    const before = this.focused && nearestSpot(this.screen.scene, this.focused);
    this.state = { ...this.state, ...some };
    this.takeState();
    const scene = this.layout();
    const after = this.focused && nearestSpot(scene, this.focused);
    this.overlays.updateLook();
    this.screen.go(this.fitted ? this.framing.home(scene) : this.framing.kept(before, after), scene);
    fillCard(this);
    this.remember();
    this.notify();
    this.overlays.refresh();
  }

  /** Select a part with the keyboard; the map moves only to bring it into view. @param {Part} part */
  walk(part) {
    this.select(part);
    this.see(part);
  }

  /** Select a part: its card appears, and nothing moves. @param {Part|null} part */
  select(part) {
    this.focused = part ?? this.focused;
    this.change({ selected: part?.id ?? "", network: part ? this.nets.indexOf(part.net) : 0 });
  }

  /** Open or close a box, and select it. It stays under the pointer. @param {Part} part @param {boolean} open @param {[number, number]} [pointer] on the screen */
  toggle(part, open, pointer) {
    if (!part.opens || this.openness.isOpen(part) === open) return;
    this.focused = part;
    this.openness = this.openness.with(part, open);
    this.reopen(part, pointer);
  }

  /** @param {string} level */
  openLevel(level) {
    if (!this.levels.includes(level)) {
      this.overlays.note(this.networks.lacks(level, this.state.form));
      return;
    }
    this.openness = new Openness(level);
    this.fitted = true;
    this.reopen(null);
  }

  /** Lay out the map again: around the part that was opened or closed, or all of it. @param {Part|null} part @param {[number, number]} [pointer] */
  reopen(part, pointer) {
    const before = part && spotOf(this.screen.scene, part);
    const scene = this.layout();
    const after = part && spotOf(scene, part);
    this.overlays.updateLook();
    const stays = before && after;
    this.fitted = !stays;
    this.screen.go(stays ? this.framing.anchored(before, after, pointer) : this.framing.home(scene), scene);
    const selected = part && { selected: part.id, network: this.nets.indexOf(part.net) };
    this.change({ open: this.openness.toString(), ...selected });
  }

  /** Select a part and show it. Nothing moves if it is in view; else the boxes around it open. @param {Part} part */
  goTo(part) {
    const hidden = part.parent && !spotOf(this.screen.scene, part);
    if (hidden) {
      this.openness = this.openness.revealing(part);
      this.screen.scene = this.layout();
      this.overlays.updateLook();
    }
    this.focused = part;
    this.change({ open: this.openness.toString(), selected: part.id, network: this.nets.indexOf(part.net) });
    if (hidden || !part.parent) this.approach(part);
    else this.see(part);
  }

  /** Search, and step through what is found. @param {string} query @param {number} step */
  find(query, step) {
    this.session.start(query);
    this.state = { ...this.state, search: query };
    this.address();
    const part = step ? this.session.step(step) : null;
    if (part) this.goTo(part);
    this.toolbar.search.show(this.session);
    this.overlays.refresh();
  }

  /** Close the topmost of help, message, menus, search and card; false if none is open. */
  escape() {
    const { help, note, tree } = this.frame;
    if (!help.hidden) this.overlays.help(false);
    else if (!note.hidden) this.overlays.note("");
    else if (this.toolbar.close()) return true;
    else if (this.toolbar.search.isOpen) {
      tree.focus({ preventScroll: true });
      this.find("", 0);
    } else if (this.selected) {
      tree.focus({ preventScroll: true });
      this.select(null);
    } else return false;
    return true;
  }

  /** The levels that open more than the level before in one of the networks. */
  get levels() {
    return LEVELS.filter((level) => this.nets.some((net) => net.levels.includes(level)));
  }

  resized() {
    const { width, height } = this.frame.stage.getBoundingClientRect();
    if (Math.floor(width) === this.screen.width && Math.floor(height) === this.screen.height) return;
    const before = this.focused && nearestSpot(this.screen.scene, this.focused);
    this.screen.halt();
    this.screen.resize(width, height);
    this.screen.scene = this.layout();
    const after = this.focused && nearestSpot(this.screen.scene, this.focused);
    this.screen.camera = this.fitted ? this.framing.home(this.screen.scene) : this.framing.kept(before, after);
    this.overlays.refresh();
  }

  destroy() {
    this.end.abort();
    this.frame.element.remove();
  }
}
