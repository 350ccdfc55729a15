// Wheel, drag, pinch, tap and double tap.

import { hover, tap, tapTwice } from "./pointer.js";

const SLOP = 5;
/** Two taps of a finger are one double tap within this time and distance; of a mouse the system knows. */
const DOUBLE_MS = 400;
const DOUBLE_PX = 30;
/** A scroll of the page that reaches the map goes on, unless it pauses longer than this. */
const PASSING_MS = 350;

/** Listen on the canvas until a signal. @param {import("../netmap.js").NetMap} map @param {AbortSignal} signal */
export function listen(map, signal) {
  const element = map.frame.canvas;
  /** @type {Map<number, [number, number]>} */
  const fingers = new Map();
  let travelled = 0;
  /** The last tap, and whether it pressed a button. */
  let last = { time: -Infinity, x: 0, y: 0, touch: false, pressed: false };
  /** Clicks of the mouse that the system counts as one double or triple click. */
  let clicks = 1;
  const place = (/** @type {PointerEvent|WheelEvent} */ event) => {
    const { left, top } = element.getBoundingClientRect();
    return /** @type {[number, number]} */ ([event.clientX - left, event.clientY - top]);
  };
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.button > 1) return;
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const at = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      hover(map, ...at);
      return;
    }
    const [dx, dy] = [at[0] - before[0], at[1] - before[1]];
    travelled += Math.hypot(dx, dy);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, at);
    if (other) {
      const length = (/** @type {[number, number]} */ p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
      map.zoomBy(length(at) / length(before), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
      map.pan(dx / 2, dy / 2);
    } else if (travelled > SLOP) {
      map.pan(dx, dy);
    }
  };
  const up = (/** @type {PointerEvent} */ event) => {
    const at = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!at || event.type === "pointercancel" || travelled > SLOP || fingers.size) return;
    const [x, y] = at;
    const touch = event.pointerType === "touch";
    const near = event.timeStamp - last.time < DOUBLE_MS && Math.hypot(x - last.x, y - last.y) < DOUBLE_PX;
    const double = touch ? near : clicks > 1;
    if (double && touch && !last.pressed) {
      tapTwice(map, x, y);
      last = { ...last, time: -Infinity };
    } else {
      // A button that is pressed twice at once is pressed once.
      const again = double && last.pressed;
      last = { time: event.timeStamp, x, y, touch, pressed: again || tap(map, x, y, touch) };
    }
  };
  const twice = (/** @type {MouseEvent} */ event) => {
    if (last.touch || last.pressed) return;
    const { left, top } = element.getBoundingClientRect();
    tapTwice(map, event.clientX - left, event.clientY - top);
  };
  let passing = -Infinity;
  const elsewhere = (/** @type {WheelEvent} */ event) => {
    if (!event.composedPath().includes(element)) passing = event.timeStamp;
  };
  const wheel = (/** @type {WheelEvent} */ event) => {
    if (!event.ctrlKey && event.timeStamp - passing < PASSING_MS) {
      passing = event.timeStamp;
      return;
    }
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) map.pan(-(event.deltaX || event.deltaY) * lines, 0);
    else map.zoomBy(Math.exp(-Math.max(-80, Math.min(80, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.0022)), ...place(event));
  };
  element.addEventListener("pointerdown", down, { signal });
  element.addEventListener("pointermove", move, { signal });
  element.addEventListener("pointerup", up, { signal });
  element.addEventListener("pointercancel", up, { signal });
  element.addEventListener("mousedown", (event) => (clicks = event.detail), { signal });
  element.addEventListener("dblclick", twice, { signal });
  element.addEventListener("wheel", wheel, { passive: false, signal });
  globalThis.addEventListener("wheel", elsewhere, { passive: true, capture: true, signal });
}
