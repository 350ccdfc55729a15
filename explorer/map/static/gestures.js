// Wheel, drag, pinch and tap, as moves of the camera and taps on the map.

const SLOP = 5;
/** A scroll of the page that comes over the map goes on, if it pauses no longer than this. */
const PASSING_MS = 350;

/**
 * @typedef {object} Hands What gestures do.
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoom
 * @property {(x: number, y: number) => void} tap
 * @property {(x: number, y: number) => void} hover
 */

/** Listen on an element until the returned function is called. @param {HTMLElement} element @param {Hands} hands @returns {() => void} */
export function listen(element, hands) {
  /** @type {Map<number, [number, number]>} */
  const fingers = new Map();
  let travelled = 0;
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
      hands.hover(...at);
      return;
    }
    const [dx, dy] = [at[0] - before[0], at[1] - before[1]];
    travelled += Math.hypot(dx, dy);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, at);
    if (other) {
      const length = (/** @type {[number, number]} */ p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
      hands.zoom(length(at) / length(before), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
      hands.pan(dx / 2, dy / 2);
    } else if (travelled > SLOP) {
      hands.pan(dx, dy);
    }
  };
  const up = (/** @type {PointerEvent} */ event) => {
    const at = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!at || event.type === "pointercancel" || travelled > SLOP || fingers.size) return;
    hands.tap(...at);
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
    if (event.shiftKey) hands.pan(-(event.deltaX || event.deltaY) * lines, 0);
    else hands.zoom(Math.exp(-Math.max(-80, Math.min(80, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.0022)), ...place(event));
  };
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("wheel", wheel, { passive: false });
  globalThis.addEventListener("wheel", elsewhere, { passive: true, capture: true });
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    element.removeEventListener("wheel", wheel);
    globalThis.removeEventListener("wheel", elsewhere, { capture: true });
  };
}
