// The breadcrumbs: the boxes around the selected part.

import { titleOf } from "../model/facts.js";
import { make, makeButton } from "./dom.js";

/** @typedef {import("../model/network.js").Part} Part */

const CRUMB_ROOM = 10;

/** The path to the selected or focused part. All networks are named, and the part's own is marked. @param {import("../netmap.js").NetMap} map */
export function fillCrumbs(map) {
  const { nets, frame: { crumbs: bar } } = map;
  const part = map.selected ?? map.focused ?? nets[0].root;
  const crumb = (/** @type {Part} */ at, cls = "") => makeButton(`Go to ${titleOf(at)}`, titleOf(at), () => map.goTo(at), cls);
  const [root, ...line] = part.ancestors;
  const names = nets.map((net) => crumb(net.root, nets.length > 1 ? "netmap-name" : ""));
  const own = names[nets.findIndex((net) => net.root === root)];
  if (nets.length > 1) own?.classList.add("netmap-own");
  const buttons = line.map((at) => crumb(at));
  const last = buttons[buttons.length - 1] ?? own;
  last?.setAttribute("aria-current", "true");
  const arrow = () => make("span", { text: "›", "aria-hidden": "true" });
  bar.replaceChildren(...names, ...buttons.flatMap((button) => [arrow(), button]));
  if (last) bar.scrollLeft = last.offsetLeft + last.offsetWidth - bar.offsetLeft - bar.clientWidth + CRUMB_ROOM;
  const fade = () => bar.classList.toggle("netmap-later", bar.scrollLeft > 0); // it begins further left
  bar.onscroll = fade;
  fade();
}
