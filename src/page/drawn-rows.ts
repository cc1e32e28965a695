/** Rows of a list, from `first` up to but not including `last`. */
export type Rows = { readonly first: number; readonly last: number }

/**
 * Returns which of the wanted rows to draw in this frame. Keeps the rows that are already drawn, and adds at most
 * `most`. The browser can draw that many without a pause, however high the window is.
 */
export function growRows(drawn: Rows, wanted: Rows, most: number): Rows {
  const kept = { first: Math.max(drawn.first, wanted.first), last: Math.min(drawn.last, wanted.last) }
  if (kept.first >= kept.last) return { first: wanted.first, last: Math.min(wanted.last, wanted.first + most) }
  const after = Math.min(wanted.last - kept.last, most)
  const before = Math.min(kept.first - wanted.first, most - after)
  return { first: kept.first - before, last: kept.last + after }
}
