// The map as a widget in a notebook: Jupyter, JupyterLab, VS Code, marimo. Python and the browser
// share `selected`, the place of what is selected; the last change of either side counts.

import { themeBehind } from "./host-theme.js";
import { mount } from "./mount.js";

/**
 * @typedef {object} Model what anywidget gives: the values that Python and the browser share
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

/** @param {{model: Model, el: HTMLElement}} host @returns {() => void} what ends it */
function render({ model, el }) {
  el.classList.add("netmap-notebook");
  el.innerHTML = model.get("_summary"); // Python has escaped every name in it
  const place = document.createElement("div");
  place.className = "netmap-host";
  place.style.height = `${model.get("height")}px`;
  el.querySelector("details")?.before(place);
  // JupyterLab would take keys that are meant for the map as commands on cells.
  place.dataset.lmSuppressShortcuts = "true";
  place.addEventListener("keydown", (event) => event.stopPropagation());

  const change = (/** @type {import("./mount.js").MapState} */ state) => {
    model.set("_view", state);
    model.set("selected", state.selected);
    model.save_changes();
  };
  const state = { ...model.get("_view"), selected: model.get("selected") };
  const handle = mount(place, model.get("_map"), { state, theme: themeBehind(el) }, { change });

  const follow = () => {
    const { selected } = handle.state();
    if (model.get("selected") === selected) return;
    handle.show({ selected: model.get("selected") });
    // In the form that is shown there may be no such part: then what holds it is selected.
    if (handle.state().selected !== model.get("selected")) change(handle.state());
  };
  const fit = () => {
    place.style.height = `${model.get("height")}px`;
  };
  const colour = () => handle.setTheme(themeBehind(el));
  model.on("change:selected", follow);
  model.on("change:height", fit);
  const themes = new MutationObserver(colour);
  for (const element of [document.documentElement, document.body]) {
    themes.observe(element, { attributes: true });
  }
  const shown = new ResizeObserver(colour); // an element gets its place on the page after this
  shown.observe(el);
  return () => {
    model.off("change:selected", follow);
    model.off("change:height", fit);
    themes.disconnect();
    shown.disconnect();
    handle.destroy();
  };
}

export default { render };
