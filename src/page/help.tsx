import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Standing } from './job.ts'
import { Condition } from './parts.tsx'
import { LOOKS } from './words.ts'

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ['1 … 5', 'Now, All jobs, Plan, Schedule, Lanes'],
  ['j, k', 'next or previous job'],
  ['Enter', 'open the job'],
  ['/', 'search jobs; from Lanes, in All jobs'],
  ['Esc', 'close what is open, or clear the search'],
  ['?', 'this help'],
]

/** The keys and the shapes of the page. */
export function Help({ onClose }: { readonly onClose: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current!.showModal()
    // The focus is on the button at its end. On a small screen it would be read from there.
    dialog.current!.scrollTop = 0
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby="help" onClose={onClose}>
      <h2 id="help">Keys and shapes</h2>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <ul class="legend">
        {(Object.keys(LOOKS) as Standing[]).map((standing) => (
          <li key={standing}>
            <Condition standing={standing} />
            {LOOKS[standing].means && <span class="quiet sub">{LOOKS[standing].means}</span>}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => dialog.current!.close()}>
        Close
      </button>
    </dialog>
  )
}
