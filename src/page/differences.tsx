import type { VNode } from 'preact'
import type { Json } from '../model/json.ts'
import type { Difference } from '../model/plan.ts'

/** Texts longer than this are cut. The whole request is in the open job. */
const TEXT_MAX = 400

/** How a spec differs from its job, one line for each member. */
export function Differences({ changes }: { readonly changes: readonly Difference[] }): VNode | null {
  if (changes.length === 0) return null
  return (
    <ul class="differences">
      {changes.map(({ pointer, from, to }) => (
        <li key={pointer}>
          <code>{pointer}</code>
          {from !== undefined && (
            <del>
              <span class="sr-only">before: </span>
              {format(from)}
            </del>
          )}
          {to !== undefined && (
            <ins>
              <span class="sr-only">after: </span>
              {format(to)}
            </ins>
          )}
        </li>
      ))}
    </ul>
  )
}

function format(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)} …` : text
}
