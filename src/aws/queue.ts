import PQueue from 'p-queue'
import type { Clock } from '../system/clock.ts'

/** One piece of work; it is started at most once. */
export type Task = {
  /** Higher goes first; 0 where absent. */
  readonly priority?: number
  /** What it shares a bound with, such as a service: a slow lane does not hold up the others. */
  readonly lane?: string
  run(): Promise<void>
}

/** How far a queue is. */
export type Progress = {
  readonly done: number
  readonly total: number
  readonly perSecond: number
  /** Milliseconds until the end at this speed; 0 when done, or before anything is. */
  readonly etaMs: number
}

/** Orders, bounds and prioritises work; how fast it goes is decided at the lanes below. */
export type Queue = {
  /**
   * Runs all tasks; ends when those that were started have ended. Once the signal is aborted no more are started. A task that throws
   * stops the queue the same way, and its error is thrown at the end.
   */
  run(
    tasks: readonly Task[],
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<void>
}

/** A queue that runs at most `concurrency` tasks of each lane at once. */
export function createQueue({ concurrency, clock }: { readonly concurrency: number; readonly clock: Clock }): Queue {
  return {
    async run(tasks, { signal, onProgress } = {}) {
      const lanes = new Map<string, PQueue>()
      const openLane = ({ lane = '' }: Task): PQueue => {
        const queue = lanes.get(lane) ?? new PQueue({ concurrency })
        lanes.set(lane, queue)
        return queue
      }
      const started = clock.monotonic()
      const failures: unknown[] = []
      let done = 0
      const runTask = async (task: Task): Promise<void> => {
        // Looked at here and not given to p-queue, whose listeners on a shared signal cost the square of the queue's length.
        if (signal?.aborted || failures.length > 0) return
        try {
          await task.run()
          done++
          onProgress?.(computeProgress(done, tasks.length, clock.monotonic() - started))
        } catch (error) {
          failures.push(error)
        }
      }
      await Promise.all(tasks.map((task) => openLane(task).add(() => runTask(task), { priority: task.priority ?? 0 })))
      if (failures.length > 0) throw failures[0]
    },
  }
}

function computeProgress(done: number, total: number, elapsedMs: number): Progress {
  const perMs = elapsedMs > 0 ? done / elapsedMs : 0
  return { done, total, perSecond: perMs * 1000, etaMs: perMs > 0 ? (total - done) / perMs : 0 }
}
