// The bar above the map: search, level, form, colours, zoom, history, files.

import { make, makeButton, makeSelect } from "./dom.js";
import { EVEN, SIZES } from "./growth.js";
import { METRICS } from "./model.js";
import { METRIC_WORDS } from "./words.js";

const SEARCH = "Search by name, kind or value, such as conv2, groups=32 or params>1e6";
/** @type {Array<[string, string]>} */
const LEVEL_WORDS = [["stages", "Stages"], ["blocks", "Blocks"], ["layers", "Layers"], ["paths", "Paths"]];

/** Choices of a menu that names what it is about. @param {string} about @param {string[]} values @returns {Array<[string, string]>} */
function choices(about, values) {
  return values.map((value) => [value, `${about}: ${METRIC_WORDS[value] ?? value}`]);
}

/** @type {Record<string, string>} */
const FORM_WORDS = {
  aggregated: "a: aggregated", concatenated: "b: concatenated", grouped: "c: grouped", split: "Keras zoo: split",
};

/**
 * @typedef {object} Deeds What the bar's controls do.
 * @property {(level: string) => void} level
 * @property {(form: string) => void} form
 * @property {(colour: string) => void} colour
 * @property {(size: string) => void} size
 * @property {(query: string, step: number) => void} search
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 * @property {(step: number) => void} history
 * @property {(kind: "svg"|"png") => unknown} save
 * @property {() => void} help
 */

/** The bar, and what keeps it in step with the map. */
export class Toolbar {
  /** @param {string[]} forms @param {Deeds} deeds */
  constructor(forms, deeds) {
    this.levels = LEVEL_WORDS.map(([level, text]) => makeButton(`Open down to ${level}`, text, () => deeds.level(level)));
    this.form = makeSelect("Form of the split", forms.map((f) => [f, FORM_WORDS[f] ?? f]), deeds.form);
    this.form.hidden = forms.length < 2;
    this.colour = makeSelect("Colours show", choices("Colour", ["kind", ...METRICS]), deeds.colour);
    this.size = makeSelect("Heights show", choices("Size", [EVEN, ...SIZES]), deeds.size);
    this.input = make("input", { type: "search", placeholder: "Search", "aria-label": SEARCH, title: SEARCH });
    this.input.addEventListener("input", () => deeds.search(this.input.value, 0));
    this.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") deeds.search(this.input.value, event.shiftKey ? -1 : 1);
      event.stopPropagation();
    });
    this.found = make("output", { "aria-live": "polite" });
    this.back = makeButton("Back (Alt+Left)", "←", () => deeds.history(-1));
    this.forward = makeButton("Forward (Alt+Right)", "→", () => deeds.history(1));
    const saving = makeSaveMenu(deeds.save);
    const more = make("span", { class: "netmap-more" }, [
      this.form,
      this.colour,
      this.size,
      make("span", { class: "netmap-space" }),
      make("span", { class: "netmap-group", role: "group", "aria-label": "History" }, [this.back, this.forward]),
      saving.element,
      makeButton("Help (?)", "?", deeds.help),
    ]);
    // What a narrow bar has no room for.
    const rest = makeOpener(more, ["More controls", "More", "netmap-opener"], (open) => more.classList.toggle("netmap-open", open));
    this.fold = () => [saving, rest].forEach(({ close }) => close());
    this.element = make("div", { class: "netmap-bar", role: "toolbar", "aria-label": "Map" }, [
      make("span", { class: "netmap-search", role: "search" }, [
        this.input,
        makeButton("Previous match (Shift+Enter)", "‹", () => deeds.search(this.input.value, -1)),
        makeButton("Next match (Enter)", "›", () => deeds.search(this.input.value, 1)),
        this.found,
      ]),
      make("span", { class: "netmap-group netmap-levels", role: "group", "aria-label": "What is open" }, this.levels),
      make("span", { class: "netmap-group netmap-zoom", role: "group", "aria-label": "Zoom" }, [
        makeButton("Zoom out (o)", "−", () => deeds.zoom(1 / 1.4), "netmap-step"),
        makeButton("Fit everything (f)", "Fit", deeds.fit),
        makeButton("Zoom in (i)", "+", () => deeds.zoom(1.4), "netmap-step"),
      ]),
      rest.opener,
      more,
    ]);
  }

  /** @param {{level: string, pure: boolean, form: string, colour: string, size: string, back: boolean, forward: boolean}} now */
  show({ level, pure, form, colour, size, back, forward }) {
    this.levels.forEach((button, i) => button.setAttribute("aria-pressed", String(pure && LEVEL_WORDS[i][0] === level)));
    this.form.value = form;
    this.colour.value = colour;
    this.size.value = size;
    this.back.disabled = !back;
    this.forward.disabled = !forward;
  }

  /** @param {string} text */
  showFound(text) {
    this.found.textContent = text;
  }
}

/**
 * A button that opens and closes something.
 *
 * @param {HTMLElement} what
 * @param {[label: string, face: string, cls?: string]} button
 * @param {(open: boolean) => void} show
 * @returns {{opener: HTMLButtonElement, close: () => void}}
 */
function makeOpener(what, [label, face, cls], show) {
  let open = false;
  const turn = (/** @type {boolean} */ to) => {
    open = to;
    show(open);
    opener.setAttribute("aria-expanded", String(open));
  };
  const opener = makeButton(label, face, () => turn(!open), cls);
  turn(false);
  what.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    turn(false);
    opener.focus();
    event.stopPropagation();
  });
  return { opener, close: () => turn(false) };
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
