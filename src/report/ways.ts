import type { Way } from '../model/lines.ts'
import type { Remedy } from '../model/remedy.ts'
import { formatCommand, type Medium } from './remedies.ts'

/** Converts remedies to ways out with commands for a shell. Each command occurs once. */
export function toWays(remedies: readonly Remedy[], medium: Medium): Way[] {
  const seen = new Set<string>()
  return remedies.flatMap(({ text, command }): Way[] => {
    const way = command === undefined ? { text } : { text, command: formatCommand(command, medium) }
    const key = way.command ?? text
    if (seen.has(key)) return []
    seen.add(key)
    return [way]
  })
}
