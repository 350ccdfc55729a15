// The legend as an element of the page.

import { measure } from "../model/labels.js";
import { heightSentence, legendKeys } from "../render/legend-keys.js";
import { make } from "./dom.js";

/** @typedef {import("../render/painter.js").Look} Look */

/** @param {HTMLElement} legend @param {Look} look */
export function fillLegend(legend, look) {
  const { colour, heights, metrics } = look;
  legend.replaceChildren(
    ...(colour === "kind" ? [] : [scale(look)]),
    ...legendKeys(look).map((key) => (key.box ? swatch(key.box, key.text) : lineKey(key.line, key.dash, key.text))),
    ...(heights.isEven ? [] : [make("span", { class: "netmap-height", text: `Height: ${heightSentence(heights, metrics)}` })]),
  );
}

/** @param {Look} look */
function scale({ theme, colour, most, metrics }) {
  return make("div", { class: "netmap-scale" }, [
    make("b", { text: `Colour: ${metrics[colour].label}, square-root scale` }),
    make("i", { style: `background: linear-gradient(90deg, ${theme.palette.heat.join(",")})` }),
    make("span", {}, [0, 0.25, 1].map((share) => make("span", { text: measure(colour, colour === "time" ? most * share : Math.round(most * share)) }))),
  ]);
}

/** @param {import("../render/theme.js").Colour} colour @param {string} text */
function swatch({ fill, border }, text) {
  return make("span", {}, [make("i", { style: `background:${fill};border-color:${border}` }), text]);
}

/** @param {string} colour @param {number[]} dash @param {string} text */
function lineKey(colour, dash, text) {
  const key = make("span");
  key.innerHTML = `<svg width="20" height="10" aria-hidden="true"><path d="M1 5H19" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash.join(" ")}"/></svg>`;
  key.append(text);
  return key;
}
