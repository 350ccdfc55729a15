// The map as a Streamlit component: state goes both ways, and each side ignores its own echo.

import { mount } from "./app.js";
import { encodeState, START } from "./state.js";

/** @type {WeakMap<object, {handle: ReturnType<typeof mount>, data: string, sent: string, received: string, watch: MutationObserver}>} */
const MOUNTED = new WeakMap();

/** Whether the app is dark, by the colour behind the component. @param {Element} host */
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
  const state = { ...START, ...data.state };
  const text = encodeState(state);
  const known = MOUNTED.get(parentElement);
  if (known) {
    const theme = appTheme(host);
    if (theme !== known.handle.map.options.theme) {
      known.handle.map.options.theme = theme;
      known.handle.map.restyle();
    }
    if (known.data !== data.id) {
      known.data = data.id;
      known.handle.update(data.map, state);
    } else if (text !== known.received && text !== known.sent) {
      known.handle.setState(state);
    }
    known.received = text;
    return undefined;
  }
  const place = parentElement.querySelector(".netmap-host") ?? parentElement;
  place.style.height = `${data.height}px`;
  const entry = /** @type {any} */ ({ data: data.id, sent: text, received: text });
  entry.handle = mount(place, data.map, { state, theme: appTheme(host), height: data.height }, {
    change: (now) => {
      entry.sent = encodeState(now);
      setStateValue("state", now);
    },
  });
  MOUNTED.set(parentElement, entry);
  return () => {
    entry.handle.destroy();
    MOUNTED.delete(parentElement);
  };
}
