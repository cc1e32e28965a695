import PQueue from 'p-queue'
import type { Clock } from '../system/clock.ts'

/** A task, which is started at most once. */
export type Task = {
  /** Higher goes first; 0 by default. */
  readonly priority?: number
  /** Tasks of one lane share a limit, so a slow lane does not delay the others. */
  readonly lane?: string
  run(): Promise<void>
}

/** The progress of a queue. */
export type Progress = {
  readonly done: number
  readonly total: number
  readonly perSecond: number
  /** Estimated milliseconds until the end; 0 when done, or before any task is done. */
  readonly etaMs: number
}

/** Orders, limits and prioritises tasks. The lanes below decide the rate. */
export type Queue = {
  /**
   * Runs all tasks, and resolves when every started task has ended. An aborted signal stops new starts. So does a task
   * that throws; its error is thrown at the end.
   */
  run(
    tasks: readonly Task[],
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<void>
}

/** Creates a queue that runs at most `concurrency` tasks of each lane at once. */
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
        // The signal is checked here, because p-queue's listeners on a shared signal cost quadratic time.
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
