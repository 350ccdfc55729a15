// The networks that a map was given, each made once in each form that is looked at.

import { Net } from "./model.js";

export class Networks {
  /** @param {any} data as `explorer.map.data.map_data` gives it */
  constructor(data) {
    this.plain = data.networks;
    /** @type {string[]} */
    this.forms = [...new Set(this.plain.flatMap((/** @type {any} */ one) => one.choices ?? Object.keys(one.forms)))];
    /** @type {Map<string, Net>} */
    this.known = new Map();
  }

  /** The form, if there is such a one, else the first network's own. @param {string} form @returns {string} */
  formFor(form) {
    return this.forms.includes(form) ? form : this.plain[0].form;
  }

  /** All networks in a form; those that are not described in it, in their own. @param {string} form @returns {Net[]} */
  in(form) {
    return this.plain.map((/** @type {any} */ one, /** @type {number} */ i) => {
      const name = one.forms[form] ? form : one.form;
      const key = `${i} ${name}`;
      const net = this.known.get(key) ?? new Net(one.forms[name], one.name);
      this.known.set(key, net);
      return net;
    });
  }
}
