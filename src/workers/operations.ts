import type { KindModel } from '../model/kind.ts'

/** A call that a worker may make. The list is closed: a worker makes no other call for a task. */
export type Operation = 'create' | 'start'

/** All of them. */
export const OPERATIONS: readonly Operation[] = ['create', 'start']

/**
 * Says why an operation of a kind does no harm if a task runs twice. Redis may lose, repeat or replay a task at any
 * time, so only these operations leave the planner. Undefined: the planner makes the call itself.
 *
 * The planner keeps all other calls. An older `update` that is repeated would undo a newer one. A late `cancel` of an
 * ID that a caller chose may meet another job. The file and the signed link of an upload or a download stay on one
 * machine. Only `match` kinds have `validate`. Reads need no worker.
 */
export function explainRepeatable(model: KindModel, operation: Operation): string | undefined {
  switch (operation) {
    case 'create':
      return explainCreate(model)
    case 'start':
      return model.identity.idMember === undefined && model.api.operations.start !== undefined
        ? 'a job starts once, and AWS never gives its ID to another job'
        : undefined
  }
}

function explainCreate({ identity: { recovery } }: KindModel): string | undefined {
  switch (recovery.is) {
    case 'id':
      return 'the caller names the job, and AWS rejects a second job of that ID'
    case 'inert':
      return 'a created job does nothing until its start, and only a recorded ID is started'
    case 'token':
      // AWS may forget a token before a late task arrives. Then the same token makes a second job.
      return undefined
    case 'match':
      // AWS names the job, and it starts at once. A repeated create makes a second job.
      return undefined
  }
}
