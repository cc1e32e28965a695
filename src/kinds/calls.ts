import type { Connection } from '../aws/connection.ts'
import type { Calls } from '../model/kind-calls.ts'
import * as table from './all-kinds.ts'

/**
 * Opens a kind's reader and writer over a connection. Loads them, and the kind's SDK client, at the first use. An
 * unknown kind is a bug, because loading rejects it.
 */
export async function openCalls(kind: string, connection: Connection): Promise<Calls> {
  const found = Object.values(table).find(({ model }) => model.kind === kind)
  if (!found) throw new Error(`no kind ${kind}`)
  const { createCalls } = await found.loadCalls()
  return createCalls(connection)
}
