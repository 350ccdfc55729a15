// The networks of a map, each made once for each form that is shown.

import { cached } from "./cached.js";
import { Net } from "./network.js";

/**
 * @typedef {object} MapData as `explorer.map.data.map_data` gives it
 * @property {{name: string, unit: string}} count the counting convention
 * @property {Palette} palette
 * @property {Vocabulary} vocabulary
 * @property {PlainNetwork[]} networks
 *
 * @typedef {object} PlainNetwork
 * @property {string} name
 * @property {string} form to begin with
 * @property {string[]} choices forms in which it can be shown
 * @property {Record<string, import("./network.js").PlainForm>} forms
 *
 * @typedef {object} Palette as `explorer.charts.palette` has it
 * @property {Record<string, string[]>} families fill and border
 * @property {Record<string, string>} kinds family of each kind of layer and role of a box
 * @property {Record<string, string>} labels of families, in the legend's order
 * @property {Record<"light"|"dark", Record<string, string>>} inks
 * @property {string[]} heat colours from the least value to the largest
 *
 * @typedef {object} Vocabulary as `explorer.map.vocabulary` gives it
 * @property {Record<string, string>} keys name of a setting or measure, by each word for it
 * @property {Record<string, string>} synonyms words of labels, by other words
 * @property {string[]} examples of queries
 * @property {Record<string, {label: string, unit: string}>} metrics
 * @property {Record<string, string>} choices labels of the colours and heights that show no metric
 * @property {Record<string, string>} forms label of each implementation of the paths
 */

export class Networks {
  /** @param {MapData} data */
  constructor(data) {
    this.plain = data.networks;
    this.vocabulary = data.vocabulary;
    this.forms = [...new Set(this.plain.flatMap(({ choices }) => choices))];
    /** @type {Map<string, Net>} */
    this.known = new Map();
  }

  /** The form if a network has it, else the first network's own. @param {string} form @returns {string} */
  formFor(form) {
    return this.forms.includes(form) ? form : this.plain[0].form;
  }

  /** Why there is nothing to open at a level. @param {string} level @param {string} form */
  lacks(level, form) {
    if (level !== "paths") return `This network has no ${level} to open.`;
    if (form !== "grouped") return "This network has no paths to open: no block has more than one.";
    const others = this.forms.length > 1 ? " Choose another implementation of the paths to see them." : "";
    return `There are no paths to open here: one grouped convolution computes all paths of a block.${others}`;
  }

  /** All networks in a form, or in their own if they do not have it. @param {string} form @returns {Net[]} */
  in(form) {
    return this.plain.map((one, i) => {
      const name = one.forms[form] ? form : one.form;
      return cached(this.known, `${i} ${name}`, () => new Net(one.forms[name], one.name, this.vocabulary));
    });
  }
}
