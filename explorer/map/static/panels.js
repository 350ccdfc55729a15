// The card of the selected part, the breadcrumbs, the legend and the help.

import { make, makeButton } from "./dom.js";
import { callOf, factsOf, kindOf, titleOf } from "./facts.js";
import { SCALE } from "./theme.js";
import { COLOURS } from "./toolbar.js";
import { measure } from "./words.js";

/** @typedef {import("./model.js").Part} Part */

const KEYS = [
  ["arrows", "from part to part; right opens, left folds"],
  ["Enter  +  −", "open or fold; Enter shows a layer's card"],
  ["Shift+arrows", "move the map"],
  ["i  o  f", "zoom in, out, fit everything"],
  ["s", "zoom to the selection"],
  ["1 2 3 4", "open down to stages, blocks, layers, paths"],
  ["/", "search; Enter and Shift+Enter step through matches"],
  ["Alt+← Alt+→", "back and forward"],
  ["Esc", "close the card, clear the search"],
];

/**
 * Fill the card with a part.
 *
 * @param {HTMLElement} card
 * @param {Part|null} part
 * @param {{unit: string, open: boolean, notes: string[], close: () => void, toggle: () => void, zoom: () => void}} how
 */
export function fillCard(card, part, how) {
  card.hidden = !part;
  card.replaceChildren();
  if (!part) return;
  const call = callOf(part);
  const actions = [makeButton("Zoom to this", "Zoom to", how.zoom)];
  if (!part.isLayer && part.parent) actions.unshift(makeButton(how.open ? "Fold this box" : "Open this box", how.open ? "Fold" : "Open", how.toggle));
  card.append(
    make("h3", { text: titleOf(part) }),
    make("div", { class: "netmap-place", text: part.id || kindOf(part) }),
    makeButton("Close the card (Esc)", "×", how.close, "netmap-close"),
    make("dl", {}, factsOf(part, how.unit).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])),
    ...how.notes.map((text) => make("p", { text })),
    ...(call ? [make("pre", { text: call })] : []),
    make("div", { class: "netmap-actions" }, actions),
  );
}

/** @param {HTMLElement} bar @param {Part} part @param {(part: Part) => void} onGo */
export function fillCrumbs(bar, part, onGo) {
  const line = part.ancestors;
  bar.replaceChildren(
    ...line.flatMap((at, i) => {
      const button = makeButton(`Go to ${titleOf(at)}`, titleOf(at), () => onGo(at));
      if (i === line.length - 1) button.setAttribute("aria-current", "true");
      return i ? [make("span", { text: "›", "aria-hidden": "true" }), button] : [button];
    }),
  );
}

/** @param {HTMLElement} legend @param {import("./paint.js").Look} look @param {boolean} compares */
export function fillLegend(legend, look, compares) {
  const { theme, colour, most } = look;
  if (colour !== "kind") {
    const stops = SCALE.map((_, i) => `${theme.heat((i / (SCALE.length - 1)) ** 2).fill} ${(100 * i) / (SCALE.length - 1)}%`);
    const name = (COLOURS.find(([value]) => value === colour) ?? ["", colour])[1];
    legend.replaceChildren(
      make("div", { class: "netmap-scale" }, [
        make("b", { text: `${name}, square-root scale` }),
        make("i", { style: `background: linear-gradient(90deg, ${stops.join(",")})` }),
        make("span", {}, [0, 0.25, 1].map((share) => make("span", { text: measure(colour, Math.round(most * share)) }))),
      ]),
    );
    return;
  }
  /** @type {Array<[string, string]>} */
  const kinds = [["conv", "convolution"], ["grouped", "grouped, paths"], ["norm", "batch norm"], ["activation", "ReLU"], ["pool", "pooling"], ["merge", "add, concat, slice"], ["dense", "dense"]];
  const { ink } = theme;
  legend.replaceChildren(
    ...kinds.map(([family, text]) => {
      const { fill, border } = theme.family(family);
      return make("span", {}, [make("i", { style: `background:${fill};border-color:${border}` }), text]);
    }),
    lineKey(ink.identity, "", "identity shortcut"),
    lineKey(ink.projection, "5 3", "projection"),
    ...(compares ? [lineKey(ink.mark, "2 2", "differs")] : []),
  );
}

/** @param {string} colour @param {string} dash @param {string} text */
function lineKey(colour, dash, text) {
  const key = make("span");
  key.innerHTML = `<svg width="20" height="10" aria-hidden="true"><path d="M1 5H19" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/></svg>`;
  key.append(text);
  return key;
}

/** @param {HTMLElement} help @param {() => void} onClose */
export function fillHelp(help, onClose) {
  help.append(
    make("h3", { text: "The map" }),
    make("p", { text: "Click a box to open it, its title to fold it, a layer for its card. Drag to move, wheel or pinch to zoom." }),
    make("dl", {}, KEYS.flatMap(([key, text]) => [make("dt", { text: key }), make("dd", { text })])),
    makeButton("Close help", "Close", onClose),
  );
}
