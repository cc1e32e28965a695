import { AS_TEXT, readArguments } from '../cli/command-line.ts'
import { assertForWorkflow } from '../cli/workflow-command.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { IN_WORKFLOW } from '../report/remedies.ts'
import type { WorkflowEvent } from './event.ts'
import type { Inputs } from './inputs.ts'

/** Finds the projects of the repository. The action alone knows it. */
export const PROJECTS = 'projects'

/** Commands that submit nothing. */
const READING: ReadonlySet<string> = new Set([PROJECTS, 'plan', 'status'])
/** Commands after which other findings may need a person. */
const DECIDING: ReadonlySet<string> = new Set(['reconcile', ...IN_WORKFLOW])
/** What each event runs by itself. */
const CHECK = 'plan --offline'
const RECONCILE = 'reconcile --timeout 45m'
const REFRESH_ONLY = '--refresh-only'
/** Where a person approves what is done. An approved run may hold the state meanwhile. */
const REFRESH = `reconcile ${REFRESH_ONLY} --lock-timeout 10m`

/** Chooses the command's arguments. Throws a Problem (exit 1) for one that this event may not run. */
export function chooseCommand(
  { command, planFile, needsApproval }: Pick<Inputs, 'command' | 'planFile'> & Partial<Inputs>,
  event: WorkflowEvent,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { isUnmerged } = event
  const args = readArguments([AS_TEXT, command || chooseDefault(isUnmerged, needsApproval)])
  const [verb = ''] = args
  if (event.name === 'pull_request_target') {
    throw createRefused(
      'pull_request_target gives changes from a fork the secrets of the repository',
      'run this action on pull_request',
    )
  }
  if (isUnmerged && !READING.has(verb)) {
    throw createRefused(
      `${event.name} does not run ${verb}: its changes are not merged`,
      'leave the input command empty, or run plan or status there',
    )
  }
  if (verb === PROJECTS && args.length === 1) return args
  assertForWorkflow(args, env)
  if (planFile !== '' && verb !== 'reconcile' && verb !== 'plan') {
    throw createRefused(`${verb} takes no plan-file`, 'give plan-file to reconcile or plan')
  }
  if (needsApproval && verb === 'reconcile' && planFile === '' && !args.includes(REFRESH_ONLY)) {
    throw createRefused(
      'this workflow asks a person before it acts, and this reconcile has no approved plan',
      `run reconcile ${REFRESH_ONLY}; what is due then waits for approval`,
    )
  }
  return args
}

function chooseDefault(isUnmerged: boolean, needsApproval: true | undefined): string {
  if (isUnmerged) return CHECK
  return needsApproval ? REFRESH : RECONCILE
}

/** Returns true if the findings of the project may have changed. Jobs of the emulator need nobody. */
export function changesFindings([verb = '', ...options]: readonly string[], event: WorkflowEvent): boolean {
  return !event.isUnmerged && DECIDING.has(verb) && !options.includes('--emulator')
}

function createRefused(message: string, way: string): Problem {
  return new Problem({ code: 'USAGE', message, remedies: [advise(way)] })
}
