import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** When a pull request gets a comment. */
export type CommentMode = 'always' | 'changes' | 'never'

/** The inputs of the action, as action.yml names them. */
export type Inputs = {
  /** The command as one text; empty for the event's own. */
  readonly command: string
  /** The project's folder, relative to the top of the repository, without a slash at the end; `.` at the top. */
  readonly folder: string
  /** The one project that `projects` lists; empty for all. */
  readonly project: string
  readonly planFile: string
  /** Where `reconcile` writes its page; empty for none. */
  readonly report: string
  /** `reconcile` acts only by an approved plan. */
  readonly needsApproval?: true
  readonly comment: CommentMode
  /** Findings become issues. */
  readonly failureIssues: boolean
  readonly token: string
}

type Env = Readonly<Record<string, string | undefined>>

/** The values of inputs, the default first. */
const MODES = ['changes', 'always', 'never'] as const satisfies readonly CommentMode[]
const APPROVALS = ['none', 'required'] as const
const FLAGS = ['true', 'false'] as const

/** Reads the inputs from the environment, where the runner puts them. Throws a Problem (exit 1) for an invalid one. */
export function readInputs(env: Env): Inputs {
  const read = (name: string): string => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
  return {
    command: read('command'),
    folder: normaliseFolder(read('working-directory')),
    project: read('project') === '' ? '' : normaliseFolder(read('project')),
    planFile: read('plan-file'),
    report: read('report'),
    ...(choose('approval', read('approval'), APPROVALS) === 'required' && { needsApproval: true }),
    comment: choose('comment', read('comment'), MODES),
    failureIssues: choose('failure-issues', read('failure-issues'), FLAGS) === 'true',
    token: read('github-token'),
  }
}

/** Returns the value of an input; the first one of its values if it is empty. */
function choose<Value extends string>(name: string, given: string, values: readonly [Value, ...Value[]]): Value {
  const value = values.find((one) => one === (given || values[0]))
  if (value !== undefined) return value
  throw new Problem({
    code: 'USAGE',
    message: `the input ${name} is ${JSON.stringify(given.slice(0, 80))}`,
    remedies: [
      advise(values.length === 2 ? `write ${values.join(' or ')}` : `write one of ${[...values].sort().join(', ')}`),
    ],
  })
}

/** `./media/` and `media` are the same folder. */
function normaliseFolder(text: string): string {
  const steps = text.split(/[\\/]/).filter((step) => step !== '' && step !== '.')
  if (steps.includes('..') || /^([\\/]|[A-Za-z]:)/.test(text)) {
    throw new Problem({
      code: 'USAGE',
      message: `the folder ${JSON.stringify(text.slice(0, 80))} is outside the repository`,
      remedies: [advise('write a path below the top of the repository, such as teams/media')],
    })
  }
  return steps.join('/') || '.'
}

/** Returns the environment without the action's inputs: Jobwright needs no token of GitHub's. */
export function withoutInputs(env: Env): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !name.startsWith('INPUT_'))
  return Object.fromEntries(kept) as Record<string, string>
}
