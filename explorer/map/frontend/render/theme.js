// Colours of the map in the light or the dark theme, and the heat scale.

import { cached } from "../model/cached.js";

/** @typedef {{fill: string, border: string, text: string}} Colour */

/** Colours of one theme. */
export class Theme {
  /** @param {"light"|"dark"} mode @param {import("../model/networks.js").Palette} palette */
  constructor(mode, palette) {
    this.mode = mode;
    this.palette = palette;
    this.ink = palette.inks[mode];
    /** @type {Record<string, Colour>} */
    this.colours = {};
    for (const [name, [fill, border]] of Object.entries(palette.families)) {
      this.colours[name] =
        mode === "light"
          ? { fill, border, text: this.ink.ink }
          : { fill: mix(border, this.ink.panel, 0.36), border: mix(border, this.ink.white, 0.8), text: this.ink.ink };
    }
    /** @type {Map<string, Colour>} */
    this.tints = new Map();
  }

  /** @param {string} family @returns {Colour} */
  family(family) {
    return this.colours[family] ?? this.colours.other;
  }

  /** The family of a layer, or of a box by its role; a block's is its label. @param {import("../model/network.js").Template} template */
  familyOf({ kind, role = "", label = "" }) {
    return role === "block" ? label : this.palette.kinds[kind ?? role];
  }

  /** The pale colour of a box that contains others. @param {string} family @param {number} [strength] @returns {Colour} */
  container(family, strength = 0.07) {
    return cached(this.tints, `${family} ${strength}`, () => {
      const { border } = this.family(family);
      const edge = mix(border, this.ink.panel, this.mode === "light" ? 0.42 : 0.5);
      return { fill: mix(border, this.ink.panel, strength), border: edge, text: this.ink.ink };
    });
  }

  /** Colour of a share of the largest value, 0 to 1. @param {number} share @returns {Colour} */
  heat(share) {
    const { heat } = this.palette;
    const at = Math.max(0, Math.min(1, Math.sqrt(share))) * (heat.length - 1);
    const low = Math.min(heat.length - 2, Math.floor(at));
    const fill = mix(heat[low + 1], heat[low], at - low);
    const [red, green, blue] = channels(fill);
    const light = red * 0.299 + green * 0.587 + blue * 0.114 > 125;
    return { fill, border: this.ink.edge, text: light ? this.ink.black : this.ink.white };
  }
}

/** A colour mixed with another. @param {string} one @param {string} other @param {number} share of the first */
export function mix(one, other, share) {
  const b = channels(other);
  const mixed = channels(one).map((value, i) => Math.round(value * share + b[i] * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Red, green and blue, 0 to 255. @param {string} colour */
function channels(colour) {
  return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
}
