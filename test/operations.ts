/**
 * Counts the elements that loops visit while a function runs: by the methods of arrays that call back, by spreads and `for ... of`, over
 * arrays, maps and sets. A count, not a time: the same on every machine, so a test can compare two sizes.
 */
export async function countVisits(run: () => unknown): Promise<number> {
  let visits = 0
  const restore: (() => void)[] = []
  const wrap = (owner: object, name: string | symbol, make: (original: Method) => Method): void => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name)!
    Object.defineProperty(owner, name, { ...descriptor, value: make(descriptor.value as Method) })
    restore.push(() => Object.defineProperty(owner, name, descriptor))
  }
  for (const name of CALLING) {
    wrap(
      Array.prototype,
      name,
      (original) =>
        function (this: unknown[], callback: unknown, ...rest: unknown[]) {
          if (typeof callback !== 'function') return original.call(this, callback, ...rest)
          const counted = (...args: unknown[]): unknown => {
            visits++
            return callback.apply(rest[0], args)
          }
          return original.call(this, counted, ...rest)
        },
    )
  }
  for (const name of SEARCHING) {
    wrap(
      Array.prototype,
      name,
      (original) =>
        function (this: unknown[], ...args: unknown[]) {
          visits += this.length
          return original.apply(this, args)
        },
    )
  }
  for (const { owner, names } of ITERATING) {
    for (const name of names) {
      wrap(
        owner,
        name,
        (original) =>
          function (this: unknown, ...args: unknown[]) {
            const iterator = original.apply(this, args) as Iterator<unknown>
            const next = iterator.next.bind(iterator)
            iterator.next = () => {
              visits++
              return next()
            }
            return iterator
          },
      )
    }
  }
  try {
    await run()
  } finally {
    for (const undo of restore) undo()
  }
  return visits
}

// biome-ignore lint/suspicious/noExplicitAny: a method of any owner
type Method = (this: any, ...args: unknown[]) => unknown

const CALLING = ['every', 'filter', 'find', 'findIndex', 'findLast', 'flatMap', 'forEach', 'map', 'reduce', 'some']
const SEARCHING = ['concat', 'includes', 'indexOf', 'join', 'shift', 'slice', 'splice', 'unshift']
const ITERATING = [
  { owner: Array.prototype as object, names: [Symbol.iterator, 'entries'] },
  { owner: Map.prototype as object, names: [Symbol.iterator, 'entries', 'keys', 'values'] },
  { owner: Set.prototype as object, names: [Symbol.iterator, 'values'] },
]
