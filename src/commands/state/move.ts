import { checkState } from '../../load/config.ts'
import type { StateConfig } from '../../model/config.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { formatIso } from '../../model/iso.ts'
import { Problem } from '../../model/problem.ts'
import { formatPlace, formatPlaceLines, getPlaceKey } from '../../model/state-place.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toMovedLine, toSummaryLine } from '../../report/json-lines.ts'
import { formatCount } from '../../report/words.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { assertConfig, openProject, openProjectStore, type Project, STATE_FILE, tellBy } from '../../session/project.ts'
import { chooseBranch, nameConfigFile } from '../../session/project-branch.ts'
import { waitWhileLocked } from '../../session/while-locked.ts'
import { findMove } from '../../state/find-move.ts'
import { createNothingToMove, createTaken, type MoveStep, moveState } from '../../state/move-state.ts'
import { systemClock } from '../../system/clock.ts'
import { checkBucket } from '../init/check-bucket.ts'

export type MoveOptions = Pick<CommonOptions, 'output' | 'lockTimeout'> &
  Omit<StateConfig, 'store'> & {
    /** The kind of the new place. */
    readonly to: StateConfig['store']
  }

/**
 * `jobwright state move --to STORE`: moves the state from where jobwright.yaml says to another place, and prints the lines for
 * jobwright.yaml. It edits no file: until somebody commits these lines, every run is refused by the tombstone. Calls no API of jobs.
 */
export async function move(options: MoveOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, async (): Promise<ExitCode> => {
    const project = tellBy(openProject(host.cwd, host.env), out)
    assertConfig(project)
    const to = await chooseNewPlace(options, project)
    const configured = await findPlace(project)
    const from = getPlaceKey(configured) === getPlaceKey(to) ? await findFormerPlace(project, configured) : configured
    if (from === undefined) return reportMoved(out, project, { from: to, to, jobs: 0 })
    const moved = setPlace(project, to)
    const policies = to.store === 's3' ? await checkBucket(moved, out) : []
    const old = await openProjectStore(setPlace(project, from), {}).openToMove()
    try {
      // A state of another project is taken, like any other, and not to be claimed.
      const nextStore = openProjectStore(moved, { anyProject: true })
      // To open a split state is to join it. That of others stays as it is.
      const there = (await nextStore.read()).state
      if (there !== undefined && there.lineage !== old.state?.lineage) throw createTaken(there, to)
      const next = await nextStore.openToMove()
      try {
        const at = formatIso(systemClock.now())
        const tell = (step: MoveStep, count: number) => out.text(describeStep(step, count, { from, to }))
        const { records } = await moveState({ old, next, from, to, at, tell })
        const code = await reportMoved(out, project, { from, to, jobs: Object.keys(records).length })
        for (const line of policies) out.text(line)
        return code
      } finally {
        await next.close()
      }
    } finally {
      await old.close()
    }
  })
}

/** Reads the new place from the options. Throws a Problem (exit 1) for one that jobwright.yaml could not name. */
async function chooseNewPlace(options: MoveOptions, project: Project): Promise<StateConfig> {
  const { to: store, path, branch, remote, write, bucket, key, region, kmsKeyId } = options
  const { env } = project
  const usual = {
    file: { path: STATE_FILE },
    git: {},
    s3: { key: STATE_FILE, region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] },
  }[store]
  const given = { path, branch, remote, write, bucket, key, region, kmsKeyId }
  // A split state is joined, moved, and split again by the first run there.
  const split = project.config.state?.split
  const place: StateConfig = keepPresent({ store, ...usual, ...keepPresent(given), split })
  const wrong = checkState(project.root, place, project.stateFolder)
  if (wrong !== undefined)
    throw new Problem({
      code: 'USAGE',
      message: `the new place is not valid: ${wrong.message}`,
      remedies: wrong.remedies,
    })
  return resolveBranch(setPlace(project, place), place, true)
}

/** Returns the members that have a value. */
function keepPresent<Members extends object>(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members
}

/** Returns where jobwright.yaml says that the state is. */
async function findPlace(project: Project): Promise<StateConfig> {
  const place = project.config.state ?? { store: 'file' }
  return resolveBranch(project, place.store === 'file' ? { path: STATE_FILE, ...place } : place, false)
}

async function resolveBranch(project: Project, place: StateConfig, isNew: boolean): Promise<StateConfig> {
  if (place.store !== 'git' || place.branch !== undefined) return place
  const branch = await chooseBranch(project, await project.getPlace(), isNew)
  return { ...place, branch }
}

/**
 * Returns where a state came from whose jobwright.yaml already names the new place. Undefined if the move has ended. Throws a Problem (exit 8)
 * if there is no state, or if it moved on.
 */
async function findFormerPlace(project: Project, place: StateConfig): Promise<StateConfig | undefined> {
  const store = openProjectStore(setPlace(project, place), {})
  // A state that can be used has arrived. Only a look at it keeps a split one split.
  if ((await store.read()).state !== undefined) return undefined
  const held = await store.openToMove()
  const { state } = held
  await held.close()
  if (state === undefined) throw createNothingToMove(place)
  if (state.moved !== undefined) throw new Problem(findMove(formatPlace(place), state)!)
  if (state.inactive === undefined) return undefined
  const { from } = state.inactive
  // Whoever can write the bucket or the branch must not choose a path here.
  const wrong = checkState(project.root, from, project.stateFolder)
  if (wrong !== undefined) throw new Problem(wrong)
  return from
}

function setPlace(project: Project, state: StateConfig): Project {
  return { ...project, config: { ...project.config, state } }
}

type Places = { readonly from: StateConfig; readonly to: StateConfig }

function describeStep(step: MoveStep, count: number, { from, to }: Places): string {
  const [old, next] = [from, to].map((place) => escapeForTerminal(formatPlace(place)))
  const changes = formatCount(count, 'change')
  return {
    merged: `merged       ${changes} of this machine's journal into ${old}`,
    copied: `copied       ${formatCount(count, 'job')} to ${next}, not active yet`,
    left: `left         a tombstone at ${old}: no run uses it again`,
    activated: `activated    ${next}`,
    'handed over': `handed over  ${changes} of this machine's journal to ${next}`,
  }[step]
}

async function reportMoved(
  out: Printer,
  project: Project,
  done: Places & { readonly jobs: number },
): Promise<ExitCode> {
  const { from, to, jobs } = done
  const file = nameConfigFile((await project.getPlace())?.name ?? '.')
  const lines = formatPlaceLines(to)
  const next = escapeForTerminal(formatPlace(to))
  if (from === to) out.answer(`The state is at ${next}, and ${file} says so. Nothing was changed.`)
  else
    out.answer(
      `
The state is at ${next} now. Put these lines into ${escapeForTerminal(file)} in place of its state, and commit them:

${escapeForTerminal(lines, { lines: true })}

Until then every run stops: STATE_MOVED. Afterwards \`jobwright init\` shows what the new place needs besides.`,
    )
  out.line(toMovedLine({ from, to, jobs, config: lines }))
  out.line(toSummaryLine({ counts: { jobs }, outcomes: [], exitCode: 0 }))
  return 0
}
