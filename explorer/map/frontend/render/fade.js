// A cross-fade, for scenes with too many parts to move.

/** A copy of a canvas. @param {HTMLCanvasElement} canvas @returns {HTMLCanvasElement} */
function copyOf(canvas) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return copy;
}

export class Fade {
  /** @param {CanvasRenderingContext2D} context with the old picture */
  constructor(context) {
    this.context = context;
    this.before = copyOf(context.canvas);
    /** @type {HTMLCanvasElement|null} */
    this.after = null;
  }

  /** Paint the old over the new, which is drawn once. @param {number} t 0 to 1 @param {() => void} drawNew */
  paint(t, drawNew) {
    const { context } = this;
    if (!this.after) {
      drawNew();
      this.after = copyOf(context.canvas);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.drawImage(this.after, 0, 0);
    context.globalAlpha = 1 - t;
    context.drawImage(this.before, 0, 0);
    context.globalAlpha = 1;
  }
}
