// The map as a Streamlit component. The browser leads: it reports each change, and follows Python
// only when `asked` has changed, so that a late answer to an old click undoes nothing. It reports
// the last `asked` too, so that Python can distinguish a new click from an earlier one. Each report
// has a number, and Python names the last that it has heard: when nothing is on its way, both sides
// must have the same selection, and the browser takes Python's.

import { themeOf } from "./host-theme.js";
import { mount } from "./mount.js";

/** @type {WeakMap<object, {handle: ReturnType<typeof mount>, id: string, asked: number, sent: number}>} */
const MOUNTED = new WeakMap();

/** The app's theme, by the colour behind the component. @param {Element} host */
const appTheme = (host) => themeOf(getComputedStyle(host).getPropertyValue("--st-background-color") || getComputedStyle(document.body).backgroundColor);

/** Whether Python has heard all that this map has said. @param {number} sent 0 for nothing @param {number} heard */
const isQuiet = (sent, heard) => sent === 0 || sent === heard;

/** @param {any} component of Streamlit: data, parentElement, setStateValue */
export default function networkMap(component) {
  const { data, parentElement, setStateValue } = component;
  const host = parentElement.host ?? parentElement;
  const known = MOUNTED.get(parentElement);
  if (known) {
    known.handle.setTheme(appTheme(host));
    const differs = data.state.selected !== known.handle.state().selected;
    const follows = data.asked !== known.asked || (differs && isQuiet(known.sent, data.heard));
    // Other networks are shown in the form that Python knows of: what was chosen here, or their own.
    if (known.id !== data.id) known.handle.update(data.map, follows ? data.state : { form: data.state.form });
    else if (follows) known.handle.show(data.state);
    Object.assign(known, { id: data.id, asked: data.asked });
    return undefined;
  }
  const place = parentElement.querySelector(".netmap-host") ?? parentElement;
  place.style.setProperty("--map-height", `${data.height}px`);
  const options = { state: data.state, theme: appTheme(host), marks: data.marks };
  const change = (/** @type {object} */ state) => {
    const now = MOUNTED.get(parentElement);
    const sent = Math.max(Date.now(), (now?.sent ?? 0) + 1); // also higher than those of a map that was here before
    if (now) now.sent = sent;
    setStateValue("state", { ...state, asked: now?.asked ?? data.asked, sent });
  };
  const handle = mount(place, data.map, options, { change });
  MOUNTED.set(parentElement, { handle, id: data.id, asked: data.asked, sent: 0 });
  return () => {
    handle.destroy();
    MOUNTED.delete(parentElement);
  };
}
