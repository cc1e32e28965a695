import { suggestClosest } from '../documents/hints/suggest.ts'
import { MODELS } from '../kinds/models.ts'
import type { KindModel } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** The kind of a name that a person typed, in any case. Throws a Problem (exit 1) for a name of none. */
export function findKind(name: string): KindModel {
  const found = MODELS.find(({ kind }) => kind.toLowerCase() === name.toLowerCase())
  if (found) return found
  const kinds = MODELS.map(({ kind }) => kind)
  throw new Problem({
    code: 'KIND_UNKNOWN',
    message: `there is no kind "${name}"`,
    remedies: [...suggestClosest(name, kinds), advise(`kinds are ${kinds.join(', ')}`)],
  })
}
