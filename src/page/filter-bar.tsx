import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useActions } from './actions.ts'
import {
  type Filter,
  filterJobs,
  findMeant,
  type Grouping,
  isFiltering,
  isOfList,
  listUsed,
  NO_FILTER,
} from './filter.ts'
import type { Job, Standing } from './job.ts'
import { LOOKS } from './words.ts'

/** How many values a choice offers. The text finds the others. */
const CHOICES_MAX = 200
/** How long the text rests before it filters. */
const TYPING_MS = 120

type FilterBarProps = { readonly all: readonly Job[]; readonly shown: readonly Job[] }

/** Filters every view but the lanes, and says what hides how many jobs, and where. */
export function FilterBar({ all, shown }: FilterBarProps): VNode {
  const { route, go } = useActions()
  const { filter, view, grouping } = route
  const choices = useMemo(() => listChoices(all), [all])
  /** Filters. An open job that is then hidden is closed: it would stand beside a list without it. */
  const set = (part: Partial<Filter>, isTyping = false): void => {
    const next = { ...filter, ...part }
    const isHidden = route.open !== '' && !filterJobs(all, next).some(({ address }) => address === route.open)
    go({ filter: next, ...(isHidden && { open: '' }) }, isTyping)
  }
  const hidden = all.length - shown.length
  /** Opens the job that a search means. That ends the search, which would hide the others from every view. */
  const open = (text: string): boolean => {
    const job = findMeant(filterJobs(all, { ...filter, text }), text)
    if (job) go({ open: job.address, filter: { ...filter, text: '' } })
    return job !== undefined
  }
  return (
    <search class="filter">
      <Search text={filter.text} onText={(text, isTyping) => set({ text }, isTyping)} onEnter={open} />
      <details>
        <summary>Filters</summary>
        <div class="choices">
          <Choice name="Kind" value={filter.kind} values={choices.kind} onChange={(kind) => set({ kind })} />
          <Choice name="Target" value={filter.target} values={choices.target} onChange={(target) => set({ target })} />
          <Choice name="Label" value={filter.label} values={choices.label} onChange={(label) => set({ label })} />
          {view === 'jobs' && (
            <>
              <Choice
                name="Condition"
                value={filter.condition}
                values={choices.condition}
                onChange={(condition) => set({ condition })}
                word={formatCondition}
              />
              <Choice name="Run" value={filter.run} values={choices.run} onChange={(run) => set({ run })} />
              <label class="check">
                <input
                  type="checkbox"
                  checked={filter.attention}
                  onChange={(event) => set({ attention: event.currentTarget.checked })}
                />
                Needs a person
              </label>
              <Choice
                name="Group by"
                none="nothing"
                value={grouping}
                values={['target', 'kind', 'label', 'file']}
                onChange={(value) => go({ grouping: value as Grouping })}
              />
            </>
          )}
        </div>
      </details>
      {isFiltering(filter) && (
        <p class="hidden-count">
          <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" focusable="false">
            <path d="M1.5 2h13L9.6 8.4v5.1l-3.2 1.3V8.4Z" fill="currentColor" />
          </svg>
          <b>{hidden.toLocaleString()} hidden by filter</b>
          {listUsed(filter).map((member) => (
            <Used key={member} member={member} filter={filter} onRemove={() => set({ [member]: NO_FILTER[member] })} />
          ))}
          <button type="button" onClick={() => go({ filter: NO_FILTER })}>
            Show all
          </button>
        </p>
      )}
    </search>
  )
}

function formatCondition(value: string): string {
  return LOOKS[value as Standing]?.word ?? value
}

type UsedProps = { readonly member: keyof Filter; readonly filter: Filter; readonly onRemove: () => void }

/** One part of the filter, where it applies, and how to be rid of it. */
function Used({ member, filter, onRemove }: UsedProps): VNode {
  const value = String(filter[member])
  const text = {
    text: `search “${value}”`,
    condition: `condition: ${formatCondition(value)}`,
    attention: 'needs a person',
  }
  const name = member in text ? text[member as keyof typeof text] : `${member}: ${value}`
  return (
    <span class="used">
      {name} <span class="quiet">{isOfList(member) ? 'in All jobs only' : 'in every view but Lanes'}</span>
      <button type="button" onClick={onRemove} aria-label={`Remove ${name}`}>
        ✕
      </button>
    </span>
  )
}

type Choices = Readonly<Record<'kind' | 'target' | 'label' | 'condition' | 'run', readonly string[]>>

function listChoices(all: readonly Job[]): Choices {
  const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort().slice(0, CHOICES_MAX)
  return {
    kind: sorted(all.map(({ kind }) => kind)),
    target: sorted(all.flatMap(({ target }) => target ?? [])),
    label: sorted(all.flatMap(({ labels }) => labels)),
    condition: sorted(all.map(({ standing }) => standing)),
    run: [...new Set(all.map(({ run }) => run))].sort((a, b) => a - b).map(String),
  }
}

type SearchProps = {
  readonly text: string
  /** `isTyping`: letters of the same search came before. */
  readonly onText: (text: string, isTyping: boolean) => void
  /** Returns whether the search has ended. */
  readonly onEnter: (text: string) => boolean
}

function Search({ text, onText, onEnter }: SearchProps): VNode {
  const [typed, setTyped] = useState(text)
  // The latest text that came from here. When it comes back, more may have been typed.
  const sent = useRef(text)
  const hasBegun = useRef(false)
  const timer = useRef(0)
  // When the timer ends, the view may be another one than when it began.
  const tell = useRef(onText)
  tell.current = onText
  useEffect(() => {
    if (text === sent.current) return
    clearTimeout(timer.current)
    sent.current = text
    hasBegun.current = false
    setTyped(text)
  }, [text])
  useEffect(() => () => clearTimeout(timer.current), [])
  const send = (value: string): void => {
    clearTimeout(timer.current)
    if (value === sent.current) return
    sent.current = value
    tell.current(value, hasBegun.current)
    hasBegun.current = true
  }
  return (
    <label class="search">
      <span class="sr-only">Search jobs</span>
      <input
        id="search"
        type="search"
        value={typed}
        placeholder="Search jobs: name, ID, label, reason ( / )"
        autocomplete="off"
        spellcheck={false}
        onFocus={() => {
          hasBegun.current = false
        }}
        onInput={(event) => {
          const { value } = event.currentTarget
          setTyped(value)
          clearTimeout(timer.current)
          timer.current = setTimeout(() => send(value), TYPING_MS)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          const { value } = event.currentTarget
          send(value)
          if (!onEnter(value)) return
          sent.current = ''
          setTyped('')
        }}
      />
    </label>
  )
}

type ChoiceProps = {
  readonly name: string
  readonly value: string
  readonly values: readonly string[]
  readonly onChange: (value: string) => void
  readonly none?: string
  readonly word?: (value: string) => string
}

function Choice({ name, value, values, onChange, none = 'all', word = (one) => one }: ChoiceProps): VNode | null {
  if (values.length === 0 && value === '') return null
  return (
    <label>
      <span>{name}</span>
      <select aria-label={name} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{none}</option>
        {value !== '' && !values.includes(value) && <option value={value}>{word(value)}</option>}
        {values.map((one) => (
          <option key={one} value={one}>
            {word(one)}
          </option>
        ))}
      </select>
    </label>
  )
}
