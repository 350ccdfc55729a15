// The card of the selected part, next to the map; the networks in its place while nothing is selected.

import { callOf, factsOf, kindOf, titleOf } from "../model/facts.js";
import { counted, full } from "../model/labels.js";
import { make, makeButton } from "./dom.js";

/** @typedef {import("../netmap.js").NetMap} NetMap */

/** Fill the card with the selected part. @param {NetMap} map */
export function fillCard(map) {
  const { selected: part, frame: { card, about } } = map;
  card.hidden = !part;
  about.hidden = Boolean(part);
  card.replaceChildren();
  if (!part) {
    fillAbout(map);
    return;
  }
  const open = map.openness.isOpen(part);
  const call = callOf(part);
  const facts = factsOf(part, map.data.count.unit);
  const actions = [makeButton("Zoom in on this part (s)", "Zoom in", () => map.zoomTo(part))];
  if (part.opens) actions.unshift(makeButton(open ? "Close this box (Enter)" : "Open this box (Enter)", open ? "− Close" : "+ Open", () => map.toggle(part, !open)));
  card.append(
    make("h3", { text: titleOf(part) }),
    make("div", { class: "netmap-place", text: part.id || kindOf(part) }),
    makeButton("Clear the selection (Esc)", "×", () => map.select(null), "netmap-close"),
    make("div", { class: "netmap-actions" }, actions),
    make("dl", {}, facts.map(([name, value]) => make("div", {}, [make("dt", { text: name }), make("dd", { text: value.replaceAll(" %", "\u00a0%") })]))),
    ...map.overlays.differences.notes(part).map((text) => make("p", { text })),
    ...(call ? [make("pre", { text: call })] : []),
  );
  card.scrollTop = 0;
}

/** @param {NetMap} map */
function fillAbout({ nets, frame: { about } }) {
  const networks = nets.map((net) => {
    const { params, macs } = net.root.totals;
    const facts = [`${full(net.layers)} layers`, counted(net.vocabulary, "params", params), counted(net.vocabulary, "macs", macs)];
    return make("div", {}, [make("h3", { text: net.name }), make("p", { text: facts.join(" · ") })]);
  });
  about.replaceChildren(
    ...networks,
    make("p", { class: "netmap-hint", text: "Select a part to see its shape, its weights and its cost here." }),
    make("p", { class: "netmap-hint", text: "To open a box, press its +, double-click it, or press Enter." }),
  );
}
