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
  readonly comment: CommentMode
  /** Findings become issues. */
  readonly failureIssues: boolean
  readonly token: string
}

type Env = Readonly<Record<string, string | undefined>>

const MODES: readonly CommentMode[] = ['always', 'changes', 'never']

/** Reads the inputs from the environment, where the runner puts them. Throws a Problem (exit 1) for an invalid one. */
export function readInputs(env: Env): Inputs {
  const read = (name: string): string => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
  const comment = read('comment') || 'changes'
  if (!isMode(comment)) {
    throw new Problem({
      code: 'USAGE',
      message: `the input comment is ${JSON.stringify(comment.slice(0, 80))}`,
      remedies: [advise(`write one of ${MODES.join(', ')}`)],
    })
  }
  const failureIssues = read('failure-issues') || 'true'
  if (failureIssues !== 'true' && failureIssues !== 'false') {
    throw new Problem({
      code: 'USAGE',
      message: `the input failure-issues is ${JSON.stringify(failureIssues.slice(0, 80))}`,
      remedies: [advise('write true or false')],
    })
  }
  return {
    command: read('command'),
    folder: normaliseFolder(read('working-directory')),
    project: read('project') === '' ? '' : normaliseFolder(read('project')),
    planFile: read('plan-file'),
    report: read('report'),
    comment,
    failureIssues: failureIssues === 'true',
    token: read('github-token'),
  }
}

function isMode(text: string): text is CommentMode {
  return MODES.some((mode) => mode === text)
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
