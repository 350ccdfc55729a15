// The map as a Streamlit component. The browser leads: it tells every change, and follows Python
// only when `asked` has changed, so that a late answer to an old click undoes nothing. It says
// what it was asked last, so that Python in turn can tell a new click from one made before.

import { mount } from "./app.js";

/** @type {WeakMap<object, {handle: ReturnType<typeof mount>, id: string, asked: number}>} */
const MOUNTED = new WeakMap();

/** The app's theme, by the colour behind the component. @param {Element} host @returns {"dark"|"light"} */
function appTheme(host) {
  const page = getComputedStyle(host).getPropertyValue("--st-background-color") || getComputedStyle(document.body).backgroundColor;
  const hex = page.trim().match(/^#([0-9a-f]{6})/i);
  const parts = hex ? [0, 2, 4].map((i) => parseInt(hex[1].slice(i, i + 2), 16)) : (page.match(/\d+/g) ?? [255, 255, 255]).map(Number);
  return parts[0] * 0.299 + parts[1] * 0.587 + parts[2] * 0.114 < 128 ? "dark" : "light";
}

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
  place.style.height = `${data.height}px`;
  const options = { state: data.state, theme: appTheme(host), height: data.height, marks: data.marks };
  const asked = () => MOUNTED.get(parentElement)?.asked ?? data.asked;
  const handle = mount(place, data.map, options, { change: (state) => setStateValue("state", { ...state, asked: asked() }) });
  MOUNTED.set(parentElement, { handle, id: data.id, asked: data.asked });
  return () => {
    handle.destroy();
    MOUNTED.delete(parentElement);
  };
}
