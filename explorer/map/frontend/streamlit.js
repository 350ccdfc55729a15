// The map as a Streamlit component. The browser leads: it reports each change, and follows Python
// only when `asked` has changed, so that a late answer to an old click undoes nothing. It reports
// the last `asked` too, so that Python can distinguish a new click from an earlier one.

import { themeOf } from "./host-theme.js";
import { mount } from "./mount.js";

/** @type {WeakMap<object, {handle: ReturnType<typeof mount>, id: string, asked: number}>} */
const MOUNTED = new WeakMap();

/** The app's theme, by the colour behind the component. @param {Element} host */
const appTheme = (host) => themeOf(getComputedStyle(host).getPropertyValue("--st-background-color") || getComputedStyle(document.body).backgroundColor);

/** @param {any} component of Streamlit: data, parentElement, setStateValue */
export default function networkMap(component) {
  const { data, parentElement, setStateValue } = component;
  const host = parentElement.host ?? parentElement;
  const known = MOUNTED.get(parentElement);
  if (known) {
    known.handle.setTheme(appTheme(host));
    // Other networks are shown in the form that Python knows of: what was chosen here, or their own.
    if (known.id !== data.id) known.handle.update(data.map, data.asked === known.asked ? { form: data.state.form } : data.state);
    else if (data.asked !== known.asked) known.handle.show(data.state);
    Object.assign(known, { id: data.id, asked: data.asked });
    return undefined;
  }
  const place = parentElement.querySelector(".netmap-host") ?? parentElement;
  place.style.setProperty("--map-height", `${data.height}px`);
  const options = { state: data.state, theme: appTheme(host), marks: data.marks };
  const asked = () => MOUNTED.get(parentElement)?.asked ?? data.asked;
  const handle = mount(place, data.map, options, { change: (state) => setStateValue("state", { ...state, asked: asked() }) });
  MOUNTED.set(parentElement, { handle, id: data.id, asked: data.asked });
  return () => {
    handle.destroy();
    MOUNTED.delete(parentElement);
  };
}
