type Entry = { readonly time: number; readonly order: number; readonly run: () => void }

/**
 * Runs all promises until they wait. A turn of the event loop does the same, but takes ten times as long. Node has this
 * function for its own use and does not document it; it works only outside of promises.
 */
const runPromises = (process as unknown as { readonly _tickCallback: () => void })._tickCallback

/** Virtual time. Everything happens here, one event after another; only the entries decide the order. */
export class Timeline {
  /** Milliseconds since the world began. */
  now = 0
  #order = 0
  readonly #heap: Entry[] = []

  /** Schedules an event some milliseconds from now. */
  after(ms: number, run: () => void): void {
    this.#push({ time: this.now + Math.max(0, ms), order: this.#order++, run })
  }

  /**
   * Runs events until `isOver`, or until none are left. After each event, all promises run until they wait for the next
   * one.
   */
  until(isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#run(isOver)
          resolve()
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #run(isOver: () => boolean): void {
    while (!isOver()) {
      const entry = this.#pop()
      if (!entry) return
      this.now = Math.max(this.now, entry.time)
      entry.run()
      runPromises()
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
