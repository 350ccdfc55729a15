// The bar above the map: search, level, form, colours, zoom, history, files.

import { EVEN, LEVELS, METRICS, SIZES } from "../model/network.js";
import { make, makeButton, makeSelect } from "./dom.js";
import { SearchBox } from "./search-box.js";

/** @type {Array<[string, string]>} */
const LEVEL_LABELS = [["stages", "Stages"], ["blocks", "Blocks"], ["layers", "Layers"], ["paths", "Paths"]];

/** The toolbar; `show` brings it up to date. */
export class Toolbar {
  /** @param {import("../netmap.js").NetMap} map */
  constructor(map) {
    this.map = map;
    const { forms, vocabulary } = map.networks;
    /** @type {(about: string, values: string[]) => Array<[string, string]>} */
    const choices = (about, values) => values.map((value) => [value, `${about}: ${vocabulary.metrics[value]?.label ?? vocabulary.choices[value]}`]);
    this.levels = LEVEL_LABELS.map(([level, text]) => makeButton(`Open everything down to ${level}`, text, () => map.openLevel(level)));
    this.form = makeSelect("Implementation of the paths", forms.map((form) => [form, vocabulary.forms[form] ?? form]), (form) => map.remake({ form }));
    this.form.hidden = forms.length < 2;
    this.colour = makeSelect("Colours show", choices("Colour", ["kind", ...METRICS.filter((metric) => metric in vocabulary.metrics)]), (colour) => map.change({ colour }));
    this.size = makeSelect("Heights show", choices("Size", [EVEN, ...SIZES]), (size) => map.remake({ size }));
    this.search = new SearchBox((query, step) => map.find(query, step));
    this.back = makeButton("Back (Alt+Left)", "←", () => map.travel(-1));
    this.forward = makeButton("Forward (Alt+Right)", "→", () => map.travel(1));
    const saving = makeSaveMenu((kind) => map.overlays.save(kind));
    const more = make("span", { class: "netmap-more" }, [
      this.form,
      this.colour,
      this.size,
      make("span", { class: "netmap-space" }),
      make("span", { class: "netmap-group", role: "group", "aria-label": "History" }, [this.back, this.forward]),
      saving.element,
      makeButton("Help (?)", "?", () => map.overlays.help(map.frame.help.hidden)),
    ]);
    // Controls for which a narrow toolbar has no room.
    const rest = makeOpener(more, ["More controls", "More", "netmap-opener"], (open) => more.classList.toggle("netmap-open", open));
    /** Close the topmost menu; false if none is open. */
    this.close = () => [saving, rest].some(({ close }) => close());
    this.element = make("div", { class: "netmap-bar", role: "toolbar", "aria-label": "Map" }, [
      this.search.element,
      make("span", { class: "netmap-group netmap-levels", role: "group", "aria-label": "What is open" }, this.levels),
      make("span", { class: "netmap-group netmap-zoom", role: "group", "aria-label": "Zoom" }, [
        makeButton("Zoom out (o)", "−", () => map.zoomBy(1 / 1.4), "netmap-step"),
        makeButton("Fit to the screen (f)", "Fit", () => map.fit()),
        makeButton("Zoom in (i)", "+", () => map.zoomBy(1.4), "netmap-step"),
      ]),
      rest.opener,
      more,
    ]);
  }

  /** Close all menus. */
  fold() {
    while (this.close());
  }

  /** Show the map's state. */
  show() {
    const { openness, levels, state, screen, history } = this.map;
    // A level that opens nothing more looks like the one before it.
    const seen = LEVELS.slice(0, LEVELS.indexOf(openness.level) + 1).filter((one) => levels.includes(one)).pop();
    this.levels.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(!openness.exceptions.size && LEVELS[i] === seen));
      button.setAttribute("aria-disabled", String(!levels.includes(LEVELS[i])));
    });
    this.form.value = state.form;
    this.colour.value = state.colour;
    this.size.value = screen.look?.heights.metric ?? EVEN;
    this.back.disabled = !history.canBack;
    this.forward.disabled = !history.canForward;
  }
}

/**
 * A button that opens and closes something.
 *
 * @param {HTMLElement} what
 * @param {[label: string, text: string, cls?: string]} button
 * @param {(open: boolean) => void} show
 * @returns {{opener: HTMLButtonElement, close: () => boolean}} `close` says whether it was open
 */
function makeOpener(what, [label, text, cls], show) {
  let open = false;
  const turn = (/** @type {boolean} */ to) => {
    open = to;
    show(open);
    opener.setAttribute("aria-expanded", String(open));
  };
  const opener = makeButton(label, text, () => turn(!open), cls);
  turn(false);
  const close = () => {
    const was = open;
    if (was && what.matches(":focus-within")) opener.focus();
    turn(false);
    return was;
  };
  return { opener, close };
}

/** @param {(kind: "svg"|"png") => unknown} save */
function makeSaveMenu(save) {
  const menu = make("div", { role: "group", "aria-label": "Save as" });
  /** @type {(kind: "svg"|"png", text: string) => HTMLButtonElement} */
  const item = (kind, text) => makeButton(text, text, () => {
    close();
    save(kind);
  });
  const items = [item("svg", "Picture as SVG"), item("png", "Picture as PNG")];
  menu.append(...items);
  const { opener, close } = makeOpener(menu, ["Save the picture", "Save"], (open) => {
    menu.hidden = !open;
    if (open) items[0].focus();
  });
  return { element: make("span", { class: "netmap-menu" }, [opener, menu]), close };
}
