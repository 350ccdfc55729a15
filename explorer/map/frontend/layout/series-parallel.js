// Graphs with one input and one output as series and parallel parts, such as residual networks.

/**
 * @typedef {object} Flow The children of a box as a graph: 0..n-1, from `IN` to `OUT`.
 * @property {number} n
 * @property {Array<[number, number, number]>} edges (from, to, number of tensors)
 *
 * @typedef {number | {branches: Series[]}} Item A child, or branches side by side.
 * @typedef {Item[]} Series Children and forks one after the other; empty for a bare edge.
 */

export const IN = -1;
export const OUT = -2;

/**
 * The graph among a box's children, with edges between the same two merged.
 *
 * @param {import("../model/network.js").Template} template
 * @returns {Flow}
 */
export function flowOf(template) {
  const children = template.children ?? [];
  /** @type {Map<string, [number, number, number]>} */
  const edges = new Map();
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
    const edge = edges.get(`${from}>${to}`);
    if (edge) edge[2]++;
    else edges.set(`${from}>${to}`, [from, to, 1]);
  };
  children.forEach(([, , sources], to) => {
    for (const ref of sources) {
      const from = Array.isArray(ref) ? ref[0] : ref;
      add(from < 0 ? IN : from, to);
    }
  });
  for (const ref of template.outs ?? []) {
    const from = Array.isArray(ref) ? ref[0] : ref;
    add(from < 0 ? IN : from, OUT);
  }
  return { n: children.length, edges: [...edges.values()] };
}

/**
 * Series and parallel parts of a flow, or null if it has no such form.
 *
 * A child without a source gets an edge from the entry, one without a reader an edge to the
 * exit; these are not drawn.
 *
 * @param {Flow} flow
 * @returns {Series|null}
 */
export function seriesParallel(flow) {
  /** @typedef {{from: number, to: number, items: Series}} Edge */
  /** @type {Map<number, Set<Edge>>} */
  const into = new Map();
  /** @type {Map<number, Set<Edge>>} */
  const from = new Map();
  for (let i = OUT; i < flow.n; i++) {
    into.set(i, new Set());
    from.set(i, new Set());
  }
  const edgesInto = (/** @type {number} */ i) => /** @type {Set<Edge>} */ (into.get(i));
  const edgesFrom = (/** @type {number} */ i) => /** @type {Set<Edge>} */ (from.get(i));
  const remove = (/** @type {Edge} */ edge) => {
    edgesFrom(edge.from).delete(edge);
    edgesInto(edge.to).delete(edge);
  };
  /** Add an edge, merging it with one between the same two. @param {Edge} edge */
  const add = (edge) => {
    for (const other of edgesFrom(edge.from)) {
      if (other.to !== edge.to) continue;
      const branches = [...branchesOf(other.items), ...branchesOf(edge.items)];
      remove(other);
      edge = { ...edge, items: [{ branches }] };
      break;
    }
    edgesFrom(edge.from).add(edge);
    edgesInto(edge.to).add(edge);
  };
  for (const [a, b] of flow.edges) add({ from: a, to: b, items: [] });
  for (let i = 0; i < flow.n; i++) {
    if (!edgesInto(i).size) add({ from: IN, to: i, items: [] });
    if (!edgesFrom(i).size) add({ from: i, to: OUT, items: [] });
  }
  const todo = Array.from({ length: flow.n }, (_, i) => flow.n - 1 - i);
  while (todo.length) {
    const i = /** @type {number} */ (todo.pop());
    if (edgesInto(i).size !== 1 || edgesFrom(i).size !== 1) continue;
    const [before] = edgesInto(i);
    const [after] = edgesFrom(i);
    remove(before);
    remove(after);
    add({ from: before.from, to: after.to, items: [...before.items, i, ...after.items] });
    for (const end of [after.to, before.from]) if (end >= 0) todo.push(end);
  }
  const [whole, ...rest] = edgesFrom(IN);
  const done = whole && !rest.length && whole.to === OUT && edgesInto(OUT).size === 1;
  return done && countOf(whole.items) === flow.n ? whole.items : null;
}

/** A fork's branches; anything else is one branch. @param {Series} items @returns {Series[]} */
function branchesOf(items) {
  const [first] = items;
  return items.length === 1 && typeof first === "object" ? first.branches : [items];
}

/** Number of children in a series. @param {Series} items @returns {number} */
export function countOf(items) {
  return items.reduce(
    (/** @type {number} */ sum, item) =>
      sum + (typeof item === "number" ? 1 : item.branches.reduce((n, b) => n + countOf(b), 0)),
    0,
  );
}
