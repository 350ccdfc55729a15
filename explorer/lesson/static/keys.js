// Full screen of the lesson: arrow keys, Home, End and clickers (Page Up, Page Down) turn the steps.

/** @typedef {{place: number, steps: number, full: boolean, press: number}} Lesson */
/** @typedef {{data: Lesson, setTriggerValue: (name: string, value: any) => void}} Component */

// What uses arrow keys, Home and End itself.
const USES_ARROWS = [
  "input", "textarea", "select", "canvas", "[contenteditable=true]", "[role=slider]", "[role=radio]",
  "[role=listbox]", "[role=menu]", "[role=tablist]", "[role=grid]", ".netmap-host",
].join(",");
/** @type {Record<string, number>} */
const CLICKER = { PageDown: 1, PageUp: -1 };
/** @type {Record<string, number>} */
const ARROWS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

// What was pressed outlives the component: a press may come before the page has followed the last.
// So do the listeners: a click may come while the component of full screen is put in the place of
// the other one.
/** @type {{press: number, place: number, component: Component | null, listens: boolean}} */
const state = (/** @type {any} */ (window).resnextLesson ??= {
  press: 0, place: 0, component: null, listens: false,
});

/** @param {Component} component */
export default function (component) {
  if (component.data.press >= state.press) {
    state.press = component.data.press;
    state.place = component.data.place;
  }
  if (!state.listens) {
    document.addEventListener("keydown", onKey, true);
    document.addEventListener("click", onClick, true);
    document.addEventListener("fullscreenchange", onFullscreen);
    state.listens = true;
  }
  state.component = component;
  return () => {
    if (state.component === component) state.component = null;
  };
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const component = state.component;
  if (!component?.data.full || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape" && !document.fullscreenElement && !uses(event, "[role=listbox],[aria-expanded=true]")) {
    component.setTriggerValue("leave", true);
    return;
  }
  const by = CLICKER[event.key] ?? (uses(event, USES_ARROWS) ? undefined : ARROWS[event.key]);
  if (by === undefined || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation(); // a slider with the focus would move, too
  const place = Math.min(Math.max(state.place + by, 0), component.data.steps - 1);
  if (place === state.place) return;
  state.place = place;
  state.press += 1;
  component.setTriggerValue("turn", { place, press: state.press });
}

/** Whether the event comes from within something that matches, also in a shadow tree.
 * @param {Event} event @param {string} selector */
function uses(event, selector) {
  return event.composedPath().some((one) => one instanceof Element && one.matches(selector));
}

/** A browser enters full screen only while it handles a click; the page follows by itself.
 * @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(".st-key-lesson_enter button")) {
    document.documentElement.requestFullscreen?.().catch(() => {}); // the page fills the window then
  } else if (target?.closest(".st-key-lesson_leave button") && document.fullscreenElement) {
    document.exitFullscreen();
  }
}

function onFullscreen() {
  if (!document.fullscreenElement && state.component?.data.full) state.component.setTriggerValue("leave", true);
}
