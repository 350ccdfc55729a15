// The picture as a Streamlit component. The browser leads while a person chooses: each report has
// a number, Python names the last one that it heard, and until that is ours its answer is too old.

import { Cardinality } from "./cardinality.js";

/**
 * @typedef {{picture: Cardinality, id: string, sent: number}} Mounted
 * @type {WeakMap<object, Mounted>}
 */
const MOUNTED = new WeakMap();

/** @param {any} component of Streamlit: data, parentElement, setStateValue, setTriggerValue */
export default function cardinality(component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const known = MOUNTED.get(parentElement);
  if (known) {
    const current = data.heard === known.sent && !known.picture.busy;
    if (known.id !== data.id) known.picture.setData(data.picture, current ? data.chosen : undefined);
    else if (current) known.picture.setChosen(data.chosen);
    known.id = data.id;
    return undefined;
  }
  const host = parentElement.querySelector(".cardinality-host") ?? parentElement;
  const mounted = {
    id: data.id,
    sent: data.heard,
    picture: new Cardinality(host, data.picture, data.chosen, (report) => {
      mounted.sent += 1;
      setStateValue("choice", { ...report, number: mounted.sent });
    }),
  };
  MOUNTED.set(parentElement, mounted);
  if (data.asks) askForTheRest(() => setTriggerValue("drawn", true));
  return () => {
    mounted.picture.destroy();
    MOUNTED.delete(parentElement);
  };
}

/**
 * After the frame that shows the picture. Not if a person has touched the page: a click on another
 * page brings a whole one, and asking for the rest of this one would take the click back.
 *
 * @param {() => void} ask
 */
function askForTheRest(ask) {
  requestAnimationFrame(() => setTimeout(() => navigator.userActivation?.hasBeenActive || ask()));
}
