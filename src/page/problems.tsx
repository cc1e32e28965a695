import type { VNode } from 'preact'
import type { Data } from './data.ts'
import { linesOf } from './view.ts'

const TONES = { error: 'bad', warning: 'warn', info: 'calm' } as const

/** What the run reported besides the jobs, of these severities. */
export function Problems({
  data,
  only,
}: {
  readonly data: Data
  readonly only: readonly ('error' | 'warning' | 'info')[]
}): VNode | null {
  const all = linesOf(data, 'diagnostic').filter(({ severity }) => only.includes(severity))
  const name = only.includes('error') ? 'Errors' : 'Warnings'
  if (all.length === 0) return null
  return (
    <section aria-labelledby={name}>
      <h2 id={name}>
        {name} <span class="count">{all.length}</span>
      </h2>
      <ul class="cards">
        {all.slice(0, 50).map(({ severity, code, message, hint, file, line }, index) => (
          <li key={index} class={`card ${TONES[severity]}`}>
            <p>
              <b class={TONES[severity]}>{severity}</b> <code>{code}</code> {message}
            </p>
            {file && (
              <p class="quiet">
                {file}
                {line !== undefined && `:${line}`}
              </p>
            )}
            {hint && <p>{hint}</p>}
          </li>
        ))}
      </ul>
      {all.length > 50 && <p>The first 50 of {all.length.toLocaleString()}.</p>}
    </section>
  )
}
