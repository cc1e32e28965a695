import { suggestClosest } from '../documents/hints/suggest.ts'
import { MODELS } from '../kinds/index.ts'
import type { KindModel } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** Finds a kind by name, in any case. Throws a Problem (exit 1) for an unknown name. */
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
