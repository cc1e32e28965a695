import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'

/** What a text may be: a whole state, a whole state or an index, or the part with this name. */
export type StateForm = 'whole' | 'index' | { readonly part: string }

/** Explains why a text is not what its place should hold; undefined if it is. `where` names the place. */
export function findWrongForm(
  { parts, part }: Pick<State, 'parts' | 'part'>,
  where: string,
  form: StateForm = 'whole',
): Diagnostic | undefined {
  if (typeof form === 'object')
    return part === form.part
      ? undefined
      : explain(`${where} is not the part ${form.part} of a split state`, advise('Restore that part'))
  if (part !== undefined)
    return explain(
      `${where} is the part ${part} of a split state, and not its index`,
      advise('Name the index in jobwright.yaml: its name lacks the account and the region'),
    )
  if (parts === undefined || form === 'index') return undefined
  return explain(
    `${where} is the index of a state that is split by target, and jobwright.yaml does not say so`,
    advise('Write state.split: target in jobwright.yaml, or pull the commit that does'),
    suggest('if the state is to be one file again, join it', 'state', 'join'),
  )
}

function explain(message: string, ...remedies: readonly Remedy[]): Diagnostic {
  return diagnose({ code: 'STATE_SPLIT', message, remedies })
}
