import { setImmediate as turn } from 'node:timers/promises'

type Entry = { readonly time: number; readonly order: number; readonly run: () => void }

/** Virtual time: whatever happens, happens here, one thing after another, in an order that nothing but the entries decides. */
export class Timeline {
  /** Milliseconds since the world began. */
  now = 0
  #order = 0
  readonly #heap: Entry[] = []

  /** Lets something happen some milliseconds from now. */
  after(ms: number, run: () => void): void {
    this.#push({ time: this.now + Math.max(0, ms), order: this.#order++, run })
  }

  /** Lets things happen until `isOver`, or until nothing is to come. After each of them all promises run until they wait for the next one. */
  async until(isOver: () => boolean): Promise<void> {
    await turn()
    while (!isOver()) {
      const entry = this.#pop()
      if (!entry) return
      this.now = Math.max(this.now, entry.time)
      entry.run()
      await turn()
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
    return first
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}
