import type { Json } from './json.ts'

/**
 * Rows as one list for each member. `d`: the distinct values, with the index of each row's value, from 1; 0: the row lacks the member.
 * Without `d`, the list holds the values, and null where a row lacks the member.
 */
export type Columns = {
  readonly rows: number
  readonly members: Readonly<
    Record<string, { readonly d: readonly Json[]; readonly i: readonly number[] } | { readonly v: readonly Json[] }>
  >
}

/** Packs rows as columns. A member that is undefined is missing. Values that repeat are written once. */
export function packColumns(rows: readonly Readonly<Record<string, unknown>>[]): Columns {
  const names = new Set(rows.flatMap((row) => Object.keys(row)))
  const members = [...names].map(
    (name) => [name, packColumn(rows.map((row) => row[name] as Json | undefined))] as const,
  )
  return { rows: rows.length, members: Object.fromEntries(members) }
}

function packColumn(values: readonly (Json | undefined)[]): Columns['members'][string] {
  const known = new Map<string, number>()
  const d: Json[] = []
  const i = values.map((value) => {
    if (value === undefined) return 0
    const key = JSON.stringify(value)
    const at = known.get(key) ?? d.push(value)
    known.set(key, at)
    return at
  })
  return d.length * 2 > values.length ? { v: values.map((value) => value ?? null) } : { d, i }
}

/** Restores the rows of columns. */
export function unpackColumns<Row>({ rows, members }: Columns): Row[] {
  const all: Record<string, Json>[] = Array.from({ length: rows }, () => ({}))
  for (const [name, column] of Object.entries(members)) {
    if ('v' in column) {
      column.v.forEach((value, row) => {
        if (value !== null) all[row]![name] = value
      })
    } else {
      column.i.forEach((at, row) => {
        if (at > 0) all[row]![name] = column.d[at - 1]!
      })
    }
  }
  return all as Row[]
}
