// Colours of the map, light and dark, and the heat scale.

/** @typedef {{fill: string, border: string, text: string}} Colour */

/** Fill and border by family of layers, as everywhere in the app. @type {Record<string, [string, string]>} */
const FAMILIES = {
  input: ["#e2e8f0", "#64748b"],
  conv: ["#bfdbfe", "#2563eb"],
  grouped: ["#fed7aa", "#ea580c"],
  norm: ["#e9e5f5", "#8b7fc7"],
  activation: ["#d1fae5", "#10a37a"],
  pool: ["#fbcfe8", "#db2777"],
  merge: ["#fde68a", "#ca8a04"],
  dense: ["#a7e8e0", "#0d9488"],
  other: ["#e2e8f0", "#64748b"],
  stage: ["#c7d7fe", "#4f6bed"],
  "projection block": ["#fed7aa", "#ea580c"],
  "identity block": ["#bfdbfe", "#2563eb"],
};

/** @type {Record<string, string>} */
const KIND_FAMILY = {
  InputLayer: "input",
  Conv2D: "conv",
  DepthwiseConv2D: "grouped",
  SeparableConv2D: "grouped",
  GroupedConv2D: "grouped",
  BatchNormalization: "norm",
  ReLU: "activation",
  LeakyReLU: "activation",
  ELU: "activation",
  Activation: "activation",
  Softmax: "activation",
  MaxPooling2D: "pool",
  AveragePooling2D: "pool",
  GlobalAveragePooling2D: "pool",
  GlobalMaxPooling2D: "pool",
  Add: "merge",
  Concatenate: "merge",
  ChannelSlice: "merge",
  Dense: "dense",
};

const INKS = {
  light: {
    page: "#f7f9fc", dots: "#e1e7f0", panel: "#ffffff", ink: "#14202e", soft: "#5b6878", faint: "#d4dce8",
    wire: "#8b98ab", identity: "#2563eb", projection: "#ea580c", focus: "#111827", glow: "#2563eb", mark: "#b4235f",
  },
  dark: {
    page: "#0e131b", dots: "#1d2633", panel: "#161d28", ink: "#e9eff8", soft: "#9aa8bb", faint: "#2b3646",
    wire: "#66758a", identity: "#6ea2ff", projection: "#ff9a52", focus: "#ffffff", glow: "#6ea2ff", mark: "#ff7ab0",
  },
};

/** Viridis, which colour-blind people can read and which prints in grey. */
export const SCALE = [
  [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [109, 205, 89], [180, 222, 44], [253, 231, 37],
];

/** Colours of one theme. */
export class Theme {
  /**
   * @param {"light"|"dark"} mode
   * @param {{families?: Record<string, string[]>, kinds?: Record<string, string>}} [palette] the app's
   */
  constructor(mode, palette = {}) {
    this.mode = mode;
    this.ink = INKS[mode];
    this.kinds = { ...KIND_FAMILY, ...palette.kinds };
    /** @type {Record<string, Colour>} */
    this.colours = {};
    for (const [name, [fill, border]] of Object.entries({ ...FAMILIES, ...palette.families })) {
      this.colours[name] =
        mode === "light"
          ? { fill, border, text: this.ink.ink }
          : { fill: mix(border, this.ink.panel, 0.36), border: mix(border, "#ffffff", 0.8), text: this.ink.ink };
    }
    /** @type {Map<string, Colour>} */
    this.tints = new Map();
  }

  /** @param {string} family @returns {Colour} */
  family(family) {
    return this.colours[family] ?? this.colours.other;
  }

  /** @param {string} kind of a layer @returns {Colour} */
  layer(kind) {
    return this.family(this.kinds[kind] ?? kind);
  }

  /** @param {import("./model.js").Template} template @returns {Colour} */
  layerOrStage(template) {
    return template.kind ? this.layer(template.kind) : this.family("stage");
  }

  /** A box that holds others: its family's colour, thinned. @param {string} family @param {number} [strength] @returns {Colour} */
  container(family, strength = 0.07) {
    const key = `${family} ${strength}`;
    let tint = this.tints.get(key);
    if (!tint) {
      const { border } = this.family(family);
      tint = {
        fill: mix(border, this.ink.panel, strength),
        border: mix(border, this.ink.panel, this.mode === "light" ? 0.42 : 0.5),
        text: this.ink.ink,
      };
      this.tints.set(key, tint);
    }
    return tint;
  }

  /** Colour of a share of the largest value, 0 to 1. @param {number} share @returns {Colour} */
  heat(share) {
    const at = Math.max(0, Math.min(1, Math.sqrt(share))) * (SCALE.length - 1);
    const low = Math.min(SCALE.length - 2, Math.floor(at));
    const rgb = SCALE[low].map((c, i) => Math.round(c + (SCALE[low + 1][i] - c) * (at - low)));
    const light = rgb[0] * 0.299 + rgb[1] * 0.587 + rgb[2] * 0.114 > 125;
    const fill = `#${rgb.map(hexByte).join("")}`;
    return { fill, border: this.mode === "light" ? "#3b3f5c" : "#aab4c5", text: light ? "#10151d" : "#ffffff" };
  }
}

/** A colour mixed with another. @param {string} one @param {string} other @param {number} share of the first */
export function mix(one, other, share) {
  const [a, b] = [one, other].map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
  return `#${a.map((v, i) => hexByte(Math.round(v * share + b[i] * (1 - share)))).join("")}`;
}

/** @param {number} value */
function hexByte(value) {
  return value.toString(16).padStart(2, "0");
}
