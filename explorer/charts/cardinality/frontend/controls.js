// The slider of the cardinality, whether the width is kept, and the choice of depth.

import { html } from "./dom.js";

/**
 * @typedef {{label: string, blocks: number[]}} Depth
 *
 * @typedef {object} Position of the controls
 * @property {number} stop of the slider, counted from 0
 * @property {boolean} keep
 * @property {number} depth counted from 0
 *
 * @typedef {object} Callbacks
 * @property {(stop: number) => void} slide while it is dragged
 * @property {() => void} slid when the drag ends
 * @property {(keep: boolean) => void} keep
 * @property {(depth: number) => void} deepen
 */

let number = 0;

export class Controls {
  /** @param {Record<string, string>} words @param {Callbacks} callbacks */
  constructor(words, callbacks) {
    this.callbacks = callbacks;
    const name = `cardinality-${(number += 1)}`;
    this.name = name;
    this.slider = html("input", "slider");
    Object.assign(this.slider, { type: "range", min: "0", step: "1", id: `${name}-slider` });
    this.value = html("output", "value");
    this.value.htmlFor.add(this.slider.id);
    const label = html("label", "", words.unit);
    label.htmlFor = this.slider.id;
    this.marks = html("div", "marks");
    this.marks.setAttribute("aria-hidden", "true");
    this.keep = html("input", "");
    Object.assign(this.keep, { type: "checkbox", id: `${name}-keep` });
    this.keepLabel = html("label", "keep", [this.keep, document.createTextNode(words.keep)]);
    this.depths = html("fieldset", "depths", [html("legend", "", words.depth)]);
    this.root = html("div", "controls", [
      html("div", "cardinality-choice", [
        html("div", "head", [label, this.value, this.keepLabel]), this.slider, this.marks,
      ]),
      this.depths,
    ]);
    this.slider.addEventListener("input", () => callbacks.slide(Number(this.slider.value)));
    this.slider.addEventListener("change", () => callbacks.slid());
    this.keep.addEventListener("change", () => callbacks.keep(this.keep.checked));
    /** @type {HTMLInputElement[]} */
    this.radios = [];
    this.stops = "";
    this.offered = "";
  }

  /**
   * @param {string[]} stops the cardinalities
   * @param {string} text of the value that is chosen
   * @param {Position} position
   */
  show(stops, text, position) {
    const joined = stops.join();
    if (joined !== this.stops) {
      this.stops = joined;
      this.slider.max = String(stops.length - 1);
      this.marks.replaceChildren(...stops.map((stop) => html("span", "", stop)));
      this.marks.style.setProperty("--stops", String(stops.length));
    }
    this.slider.value = String(position.stop);
    this.slider.setAttribute("aria-valuetext", text);
    this.value.textContent = text;
    [...this.marks.children].forEach((mark, i) => mark.classList.toggle("chosen", i === position.stop));
    this.keep.checked = position.keep;
    this.radios.forEach((radio, i) => { radio.checked = i === position.depth; });
  }

  /** @param {Depth[]} depths @param {boolean} fixed whether the width is not free @param {string} help */
  offer(depths, fixed, help) {
    this.keep.disabled = fixed;
    this.keepLabel.title = help;
    const joined = JSON.stringify(depths);
    if (joined === this.offered) return;
    this.offered = joined;
    this.radios = depths.map((_, i) => {
      const radio = html("input", "");
      Object.assign(radio, { type: "radio", name: `${this.name}-depth`, value: String(i) });
      radio.addEventListener("change", () => this.callbacks.deepen(i));
      return radio;
    });
    const labels = depths.map((depth, i) => {
      const label = html("label", "", [this.radios[i], html("span", "", depth.label)]);
      label.title = depth.blocks.join("-");
      return label;
    });
    this.depths.replaceChildren(this.depths.children[0], html("div", "options", labels));
  }
}
