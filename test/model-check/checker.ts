import fs from 'node:fs'
import { createRequire } from 'node:module'
import { check_spec_with_cfg, explore_init, explore_next, initSync } from 'tla-checker'

/*
 * Runs proof/CreateProtocol.tla through tla-checker, a model checker in WebAssembly. Nothing is downloaded.
 */

initSync({ module: fs.readFileSync(createRequire(import.meta.url).resolve('tla-checker/tla_checker_bg.wasm')) })

const MODEL = fs.readFileSync(new URL('../../proof/CreateProtocol.tla', import.meta.url), 'utf8')

/** How a lost create is found: by the ID that we chose, by the marker in the job, or by its request among jobs that do nothing yet. */
export type Kind = 'id' | 'marker' | 'inert'

/** The properties that hold in every state, in the order in which the checker counts them. */
export const PROPERTIES = ['NoSecondJob', 'NoForeignAct', 'IsReported', 'IsWithinBounds'] as const

/** One finite instance of the model. */
export type Configuration = {
  readonly kind: Kind
  /** Whether AWS stores our mark in a job of kind `id`. */
  readonly isMarked?: boolean
  readonly processes: number
  readonly runs?: number
  readonly faults: number
  /** The rule of the protocol that is removed. */
  readonly removed?: string
  /** The assumption that is dropped. */
  readonly beyond?: string
  readonly properties?: readonly string[]
}

/** What the checker found. */
export type Checked = {
  /** Whether every reachable state was visited, and every property holds in all of them. */
  readonly holds: boolean
  readonly states: number
  /** The property that does not hold, or why the search ended early. */
  readonly violated?: string
  /** The actions that lead to the violation. Only without symmetry: with it the checker keeps no trace. */
  readonly trace: readonly string[]
}

/** Searches all states of a configuration, breadth first. `traced`: names the steps of a counterexample, which takes twice as many states. */
export function check(configuration: Configuration, { traced = false }: { readonly traced?: boolean } = {}): Checked {
  const text = configText(configuration, traced)
  const found = JSON.parse(check_spec_with_cfg(MODEL, text, '{}', 50_000_000, 100_000, true, false)) as Found
  if (found.success) return { holds: true, states: found.states_explored, trace: [] }
  return {
    holds: false,
    states: found.states_explored,
    violated: violatedOf(found, configuration.properties ?? PROPERTIES),
    trace: traced && found.trace ? actionsOf(found.trace, text) : [],
  }
}

type Found = {
  readonly success: boolean
  readonly states_explored: number
  readonly error_message: string | null
  readonly trace: readonly string[] | null
}

function violatedOf({ error_message: message }: Found, properties: readonly string[]): string {
  const [, index] = /^Invariant (\d+) violated$/.exec(message ?? '') ?? []
  return (index === undefined ? undefined : properties[Number(index)]) ?? message ?? 'unknown'
}

function configText(configuration: Configuration, traced: boolean): string {
  const { kind, isMarked = true, processes, runs = 1, faults, removed = 'none', beyond = 'none' } = configuration
  const names = Array.from({ length: processes }, (_, index) => `p${index + 1}`)
  return [
    'INIT Init',
    'NEXT Next',
    ...(traced ? [] : ['SYMMETRY Symmetry']),
    ...(configuration.properties ?? PROPERTIES).map((property) => `INVARIANT ${property}`),
    'CONSTANTS',
    `  Kind = "${kind}"`,
    `  Marked = ${isMarked ? 'TRUE' : 'FALSE'}`,
    `  Procs = {${names.join(', ')}}`,
    `  MaxRun = ${runs}`,
    `  MaxFaults = ${faults}`,
    `  Removed = "${removed}"`,
    `  Beyond = "${beyond}"`,
    '',
  ].join('\n')
}

type State = { readonly display: Readonly<Record<string, string>>; readonly json: unknown }
type Step = { readonly action: string; readonly state: State }

/** The names of the actions between the states of a trace, which the checker leaves out. */
function actionsOf(trace: readonly string[], config: string): string[] {
  const texts = trace
    .join('\n')
    .split(/^State \d+\n/m)
    .filter((text) => text !== '')
    .map((text) => text.trimEnd().split('\n').sort().join('\n'))
  const { states } = JSON.parse(explore_init(MODEL, config, '{}')) as { readonly states: readonly State[] }
  let now = states.find((state) => textOf(state) === texts[0])
  const actions: string[] = []
  for (const text of texts.slice(1)) {
    const { transitions } = JSON.parse(explore_next(MODEL, config, '{}', JSON.stringify(now?.json))) as {
      readonly transitions: readonly Step[]
    }
    const step = transitions.find(({ state }) => textOf(state) === text)
    actions.push(step ? wordsOf(step.action, now, step.state) : '?')
    now = step?.state
  }
  return actions
}

function textOf({ display }: State): string {
  return Object.entries(display)
    .map(([name, value]) => `  ${name} = ${value}`)
    .sort()
    .join('\n')
}

type Process = { readonly pc: string }
type Processes = { readonly proc: { readonly __fn: readonly (readonly [{ readonly __model: string }, Process])[] } }

/** `p1 Send`: the action, and the process that it changed. Of an action of the world no process is named. */
function wordsOf(action: string, before: State | undefined, { json }: State): string {
  const was = (before?.json as Processes | undefined)?.proc.__fn ?? []
  const changed = (json as Processes).proc.__fn.find(
    ([, process], index) => JSON.stringify(process) !== JSON.stringify(was[index]?.[1]),
  )
  const isOwn = changed !== undefined && !action.startsWith('Execute') && action !== 'Tick'
  return isOwn ? `${changed[0].__model} ${action}` : action
}
