// Values that are computed once.

/** The value of a key. @template K, V @param {Map<K, V>} known @param {K} key @param {() => V} compute where it is not known @returns {V} */
export function cached(known, key, compute) {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = compute()));
  return value;
}
