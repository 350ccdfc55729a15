// Where a block's parts are drawn: pure functions from the number of channels and the room.

/**
 * @typedef {object} Strips a row of channels, by paths; lengths in pixels
 * @property {number} channels
 * @property {number} count of strips
 * @property {number} bundle paths in one strip
 * @property {number} step from one strip to the next
 * @property {number} width of a strip
 * @property {number} cell width of a channel
 * @property {boolean} cells whether channels are wide enough to be drawn one by one
 * @property {number} left
 */

const LEAST_STRIP = 3.4; // pixels from one strip to the next
const LEAST_CELL = 1.25;

/** Heights of a block's parts, from the top. */
export const Y = Object.freeze({
  input: 2, one: 78, two: 148, sum: 215, add: 240, output: 265, bar: 12, end: 279,
});

/**
 * A row of channels in which each path is a strip; several share one where there is no room.
 *
 * @param {number} channels
 * @param {number} paths
 * @param {number} left
 * @param {number} room
 * @returns {Strips}
 */
export function strips(channels, paths, left, room) {
  const bundle = Math.max(1, Math.ceil(paths / Math.max(1, Math.floor(room / LEAST_STRIP))));
  const count = Math.ceil(paths / bundle);
  const step = room / count;
  const gap = count > 1 ? Math.min(7, Math.max(1, step * 0.28)) : 0;
  const cell = (step - gap) / ((channels / paths) * bundle);
  return { channels, count, bundle, step, width: step - gap, cell, cells: cell >= LEAST_CELL, left: left + gap / 2 };
}

/**
 * The left edge of a channel, counted from 0.
 *
 * @param {Strips} row
 * @param {number} channel
 * @param {number} paths
 */
export function edge(row, channel, paths) {
  const each = (row.channels / paths) * row.bundle;
  const strip = Math.floor(channel / each);
  return row.left + strip * row.step + (channel - strip * each) * row.cell;
}

/**
 * The channel at a place of the row, or the nearest.
 *
 * @param {Strips} row
 * @param {number} x
 * @param {number} paths
 */
export function channelAt(row, x, paths) {
  const each = (row.channels / paths) * row.bundle;
  const strip = Math.min(row.count - 1, Math.max(0, Math.floor((x - row.left) / row.step)));
  const inside = Math.floor((x - row.left - strip * row.step) / row.cell);
  const channel = strip * each + Math.min(each - 1, Math.max(0, inside));
  return Math.min(row.channels - 1, channel);
}

/**
 * What a channel reads in the row before: from this channel up to, and without, that one.
 *
 * @param {{groups: number, reads: number, channels: number}} row
 * @param {number} channel counted from 0
 * @returns {[number, number]}
 */
export function sources(row, channel) {
  const group = Math.floor(channel / (row.channels / row.groups));
  return [group * row.reads, (group + 1) * row.reads];
}

/** The row of a block, 1 to 3, at a height. @param {number} y */
export function rowAt(y) {
  const middles = [Y.one, Y.two, Y.output].map((top) => top + Y.bar / 2);
  const far = middles.map((middle) => Math.abs(middle - y));
  return 1 + far.indexOf(Math.min(...far));
}
