import type { KindModel } from '../model/kind.ts'

/** A call that a worker may make. The list is closed: a worker makes no other call for a task. */
export type Operation = 'create' | 'start' | 'cancel'

/**
 * Says why an operation of a kind does no harm if a task runs twice. Redis may lose, repeat or replay a task at any time, so only
 * these operations leave the planner. Undefined: the planner makes the call itself.
 */
export function explainRepeatable(model: KindModel, operation: Operation): string | undefined {
  const { recovery } = model.identity
  switch (operation) {
    case 'create':
      // `match`: AWS names the job and starts it at once, so a repeated create is a second job.
      // `token`: the token's life is shorter than a queue may delay a task.
      if (recovery.is === 'id') return 'the caller names the job, and AWS rejects a second one of that ID'
      if (recovery.is === 'inert') return 'a created job does nothing until it is started, and only a recorded ID is started'
      return undefined
    case 'start':
      // An ID that AWS names is never given to another job.
      return isNamedByAws(model) && model.api.operations.start !== undefined
        ? 'a job starts once, and AWS never gives its ID to another job'
        : undefined
    case 'cancel':
      // A caller's ID may belong to another job by the time a late task arrives.
      return isNamedByAws(model) && model.lifecycle.cancelling !== undefined
        ? 'a cancelled job stays cancelled, and AWS never gives its ID to another job'
        : undefined
  }
}

/*
 * These stay with the planner. `update`: an older update that is repeated would undo a newer one. `upload` and `download`: the file and
 * its signed link stay on one machine. Reads: they need no worker. `validate`: only `match` kinds have it.
 */

function isNamedByAws({ identity }: KindModel): boolean {
  return identity.idMember === undefined
}

