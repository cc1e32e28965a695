import { isObject, type Json, joinPointer, type Pointer } from '../../src/model/json.ts'

/** A value as JSON, one member a line, and where each member and its key stand: `line:column`, counted from 1. */
export type Written = {
  readonly text: string
  readonly keys: ReadonlyMap<Pointer, string>
  readonly values: ReadonlyMap<Pointer, string>
}

/** Writes a value so that every place in it is known. */
export function writeJson(value: Json): Written {
  const lines: string[] = ['']
  const keys = new Map<Pointer, string>()
  const values = new Map<Pointer, string>()
  const here = (): string => `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
  const add = (text: string): void => {
    lines[lines.length - 1] += text
  }
  const write = (one: Json, pointer: Pointer, depth: number): void => {
    values.set(pointer, here())
    if (typeof one !== 'object' || one === null) {
      add(JSON.stringify(one))
      return
    }
    const [open, close] = isObject(one) ? '{}' : '[]'
    add(open!)
    for (const [index, [step, inner]] of Object.entries(one).entries()) {
      if (index > 0) add(',')
      lines.push(' '.repeat(depth + 1))
      const there = joinPointer(pointer, step)
      if (isObject(one)) {
        keys.set(there, here())
        add(`${JSON.stringify(step)}: `)
      }
      write(inner as Json, there, depth + 1)
    }
    add(close!)
  }
  write(value, '', 0)
  return { text: `${lines.join('\n')}\n`, keys, values }
}
