// The bar above the map: search, level, form, colours, zoom, history, files.

import { make, makeButton, makeSelect } from "./dom.js";

/** @type {Array<[string, string]>} */
const LEVEL_WORDS = [["stages", "Stages"], ["blocks", "Blocks"], ["layers", "Layers"], ["paths", "Paths"]];
/** @type {Array<[string, string]>} */
export const COLOURS = [
  ["kind", "Colour: kind"], ["params", "Parameters"], ["macs", "MACs"], ["activations", "Activations"],
  ["memory", "Memory"], ["field", "Receptive field"],
];
/** @type {Record<string, string>} */
const FORM_WORDS = {
  aggregated: "a: aggregated", concatenated: "b: concatenated", grouped: "c: grouped", split: "Keras zoo: split",
};

/**
 * @typedef {object} Deeds What the bar's controls do.
 * @property {(level: string) => void} level
 * @property {(form: string) => void} form
 * @property {(colour: string) => void} colour
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
    this.colour = makeSelect("Colours show", COLOURS, deeds.colour);
    this.input = make("input", { type: "search", placeholder: "conv2  groups=32", "aria-label": "Search by name, kind or value, such as conv2, groups=32 or params>1e6" });
    this.input.addEventListener("input", () => deeds.search(this.input.value, 0));
    this.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") deeds.search(this.input.value, event.shiftKey ? -1 : 1);
      event.stopPropagation();
    });
    this.found = make("output", { "aria-live": "polite" });
    this.back = makeButton("Back (Alt+Left)", "←", () => deeds.history(-1));
    this.forward = makeButton("Forward (Alt+Right)", "→", () => deeds.history(1));
    const menu = make("div", { hidden: true, role: "menu" });
    /** @type {(kind: "svg"|"png", text: string) => HTMLButtonElement} */
    const item = (kind, text) => makeButton(text, text, () => {
      menu.hidden = true;
      deeds.save(kind);
    });
    menu.append(item("svg", "Picture as SVG"), item("png", "Picture as PNG"));
    const opener = makeButton("Save the picture", "Save", () => {
      menu.hidden = !menu.hidden;
      opener.setAttribute("aria-expanded", String(!menu.hidden));
      if (!menu.hidden) menu.querySelector("button").focus();
    });
    opener.setAttribute("aria-expanded", "false");
    menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      menu.hidden = true;
      opener.focus();
    });
    this.element = make("div", { class: "netmap-bar", role: "toolbar", "aria-label": "Map" }, [
      make("span", { class: "netmap-search", role: "search" }, [
        this.input,
        makeButton("Previous match (Shift+Enter)", "‹", () => deeds.search(this.input.value, -1)),
        makeButton("Next match (Enter)", "›", () => deeds.search(this.input.value, 1)),
        this.found,
      ]),
      make("span", { class: "netmap-group", role: "group", "aria-label": "What is open" }, this.levels),
      this.form,
      this.colour,
      make("span", { class: "netmap-space" }),
      make("span", { class: "netmap-group", role: "group", "aria-label": "History" }, [this.back, this.forward]),
      make("span", { class: "netmap-group", role: "group", "aria-label": "Zoom" }, [
        makeButton("Zoom out (o)", "−", () => deeds.zoom(1 / 1.4), "netmap-step"),
        makeButton("Fit everything (f)", "Fit", deeds.fit),
        makeButton("Zoom in (i)", "+", () => deeds.zoom(1.4), "netmap-step"),
      ]),
      make("span", { class: "netmap-menu" }, [opener, menu]),
      makeButton("Help (?)", "?", deeds.help),
    ]);
  }

  /** @param {{level: string, pure: boolean, form: string, colour: string, back: boolean, forward: boolean}} now */
  show({ level, pure, form, colour, back, forward }) {
    this.levels.forEach((button, i) => button.setAttribute("aria-pressed", String(pure && LEVEL_WORDS[i][0] === level)));
    this.form.value = form;
    this.colour.value = colour;
    this.back.disabled = !back;
    this.forward.disabled = !forward;
  }

  /** @param {string} text */
  showFound(text) {
    this.found.textContent = text;
  }
}
