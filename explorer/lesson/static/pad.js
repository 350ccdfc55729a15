// A drawing pad of 32 × 32 pixels, for the pointer or the arrow keys and space. Sends a PNG after each stroke.

const COLOURS = {
  white: "#ffffff", black: "#111111", red: "#d0342c", yellow: "#e8b10e", green: "#2e8b57",
  blue: "#2f6fd0", brown: "#8a5a33",
};
const SIZE = 32;
/** @type {Record<string, number[]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {{parentElement: any, setStateValue: (name: string, value: string) => void}} component */
export default function ({ parentElement, setStateValue }) {
  /** @type {HTMLCanvasElement} */
  const canvas = parentElement.querySelector("canvas");
  if (canvas.dataset.ready) return; // a rerun of the page keeps the drawing
  canvas.dataset.ready = "yes";
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const cursor = { x: SIZE / 2, y: SIZE / 2 };
  let colour = COLOURS.white;
  /** @type {[number, number]|null} */
  let last = null;

  const clear = () => {
    context.fillStyle = "#8fb3d9";
    context.fillRect(0, 0, SIZE, SIZE);
  };
  const dab = (/** @type {number} */ x, /** @type {number} */ y) => {
    context.fillStyle = colour;
    context.fillRect(Math.round(x) - 1, Math.round(y) - 1, 3, 3);
  };
  const report = () => setStateValue("picture", canvas.toDataURL("image/png"));
  /** @type {(event: PointerEvent) => [number, number]} */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
  };
  /** @type {(from: [number, number], to: [number, number]) => void} */
  const stroke = ([x, y], [toX, toY]) => {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y)));
    for (let i = 1; i <= steps; i += 1) dab(x + ((toX - x) * i) / steps, y + ((toY - y) * i) / steps);
    last = [toX, toY];
  };

  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    dab(...last);
  };
  canvas.onpointermove = (event) => { if (last) stroke(last, place(event)); };
  canvas.onpointerup = () => { if (last) { last = null; report(); } };
  canvas.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (move) {
      cursor.x = Math.min(SIZE - 1, Math.max(0, cursor.x + move[0]));
      cursor.y = Math.min(SIZE - 1, Math.max(0, cursor.y + move[1]));
      if (event.shiftKey) dab(cursor.x, cursor.y);
    } else if (event.key === " ") {
      dab(cursor.x, cursor.y);
      report();
    } else if (event.key === "Delete") {
      clear();
      report();
    } else return;
    event.preventDefault();
  };

  const tools = parentElement.querySelector(".tools");
  for (const [name, value] of Object.entries(COLOURS)) {
    const button = document.createElement("button");
    button.type = "button";
    button.ariaLabel = name;
    button.ariaPressed = String(value === colour);
    button.style.background = value;
    button.onclick = () => {
      colour = value;
      for (const other of tools.children) other.ariaPressed = String(other === button);
    };
    tools.append(button);
  }
  const wipe = document.createElement("button");
  wipe.type = "button";
  wipe.ariaLabel = "Clear";
  wipe.textContent = "✕";
  wipe.onclick = () => { clear(); report(); };
  tools.append(wipe);
  clear();
}
