import path from 'node:path'
import { LIMITS } from '../../documents/parse/limits.ts'
import { type Raised, raiseRun } from '../../documents/parse/raise-run.ts'
import { getModel } from '../../kinds/index.ts'
import type { Address } from '../../model/address.ts'
import type { NotedFinding } from '../../model/attention.ts'
import { isTerminal } from '../../model/condition.ts'
import { type Diagnostic, diagnose, hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord, type OpenRecord, type State } from '../../model/state.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toProgressLine, toSummaryLine } from '../../report/json-lines.ts'
import { formatCommand } from '../../report/remedies.ts'
import { describeStanding } from '../../report/words.ts'
import { parseOccurrence } from '../../schedule/names.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createUnknownAddress } from '../../session/known-address.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { recordRehearsedRun } from '../../session/rehearsed-runs.ts'
import { openSession, type Session } from '../../session/session.ts'
import { replaceFile } from '../../system/replace-file.ts'
import { openSourceFiles } from '../../system/source-files.ts'

/**
 * `jobwright rerun ADDRESS`: raises `policy.run` in the spec's file and changes nothing else there. The next reconcile of the commit runs
 * the job again. Calls no AWS API and does not change the state. With `--emulator` it raises the run on the emulator only and does not
 * change the file.
 */
export async function rerun(address: string, options: CommonOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const session = await openSession({ ...options, offline: true }, host)
  const now = session.clock.now()
  const { state, diagnostics } = await openProjectStore(session.project, options).read()
  if (hasErrors(diagnostics)) {
    out.diagnostics(diagnostics, now)
    out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
    return 8
  }
  const spec = findSpec(address, session, state)
  const record = state?.records[spec.address]
  // The first run outside a schedule is run 2: run 1 stands for the schedule itself.
  if (!(spec.policy.schedule && spec.policy.run === 1)) assertOver(spec, record, state?.attention?.[spec.address])
  const run = Math.max(spec.policy.run, record?.run ?? 1) + 1
  const text = options.emulator ? await raiseOnEmulator(session, spec, run) : await raise(session, spec, run)
  if (record) out.diagnostics(listWarnings(spec, record, options), now)
  out.line(toProgressLine(spec.address, 'raised'))
  out.text(text)
  out.line(toSummaryLine({ counts: { raised: 1 }, outcomes: [], exitCode: 0 }))
  return 0
}

function findSpec(address: string, { loaded }: Session, state: State | undefined): Spec {
  const found = loaded.specs.find((spec) => spec.address === address)
  if (found) return found
  if (loaded.blocked.some((blocked) => blocked.address === address)) {
    throw new Problem({
      code: 'PLAN_INVALID',
      message: `the spec ${address} has errors`,
      remedies: [suggest('see its errors, and correct them first', 'validate')],
    })
  }
  const series = parseOccurrence(address)?.series
  if (series !== undefined && loaded.specs.some((spec) => spec.address === series && spec.policy.schedule))
    throw new Problem({
      code: 'USAGE',
      message: `${address} is a run of a schedule, and each is made once`,
      remedies: [suggest('to make one more run, outside the schedule', 'rerun', series)],
    })
  const isOnRecord = state?.records[address as Address] !== undefined
  throw createUnknownAddress(
    address,
    { loaded, state, all: loaded.specs.map((spec) => spec.address) },
    isOnRecord ? `${address} is on record, but its spec was removed` : `there is no spec ${address}`,
    ...(isOnRecord ? [advise('restore its spec to run it again')] : []),
  )
}

/** Rejects a rerun while the last run is not submitted or its outcome is unknown. */
function assertOver(
  spec: Spec,
  record: JobRecord | undefined,
  notes: readonly NotedFinding[] = [],
): asserts record is JobRecord {
  const { address, policy } = spec
  const isPending = record === undefined || record.run < policy.run
  if (!isPending && (isSettled(record) || hasMadeNoJob(record, notes))) return
  throw new Problem({
    code: 'RUN_PENDING',
    message: isPending
      ? `run ${policy.run} of ${address} was not submitted yet`
      : `the outcome of the create of run ${record.run} of ${address} is not known yet`,
    remedies: isPending
      ? [suggest('submit it', 'reconcile'), suggest('see what it waits for', 'plan')]
      : [
          suggest('find out what happened', 'reconcile'),
          suggest('if that finds nothing, and it made a job', 'resolve', address, '--adopt', 'ID'),
          suggest('if no job was created', 'resolve', address, '--not-created'),
        ],
  })
}

/** Returns true if the last run found that a create made no job. AWS rejected it, a person said so, or another job has its ID. */
function hasMadeNoJob({ run, intent }: OpenRecord, notes: readonly NotedFinding[]): boolean {
  const isTaken = notes.some((noted) => noted.run === run && noted.finding.startsWith('conflict:PLAN_ID_TAKEN:'))
  return intent.refused === true || intent.givenUp === true || isTaken
}

async function edit({ project, loaded }: Session, spec: Spec, run: number): Promise<Raised> {
  const { file } = spec.place
  const before = loaded.files.get(file) ?? ''
  const read = openSourceFiles(project.root).read(file, LIMITS.bytes)
  // A link's target may belong to another repository, and a rename would replace the link.
  if ('problem' in read || read.real !== path.posix.normalize(file))
    throw createUneditable(spec, 'it is reached by a link', run)
  const raised = raiseRun(before, spec.index, run)
  if (!raised) throw createUneditable(spec, 'its policy is not written plainly, perhaps by an alias', run)
  try {
    if (await replaceFile(path.join(project.root, file), before, raised.text)) return raised
  } catch (error) {
    throw createUneditable(spec, error instanceof Error ? error.message : String(error), run)
  }
  throw createUneditable(spec, 'it changed meanwhile', run)
}

function createUneditable({ place }: Spec, why: string, run: number): Problem {
  return new Problem({
    code: 'RUN_UNEDITABLE',
    message: `${place.file} was not changed: ${why}`,
    remedies: [advise(`write policy.run: ${run} by hand`)],
  })
}

function listWarnings(spec: Spec, record: JobRecord, { emulator }: CommonOptions): Diagnostic[] {
  const { idMember } = getModel(spec.kind).identity
  const found: Diagnostic[] = []
  if (isSettled(record) && !isTerminal(record.condition)) {
    found.push(
      diagnose({
        code: 'RUN_NOT_OVER',
        address: spec.address,
        message: `run ${record.run} of ${spec.address} is not terminal (${describeStanding(record)}): both will run, and run ${record.run} is no longer followed`,
        remedies: emulator
          ? [suggest('to wait for its end first', 'status', spec.address, '--wait')]
          : [advise('restore the old number to wait for its end first, or to cancel it')],
      }),
    )
  }
  if (idMember !== undefined && spec.request[idMember] !== undefined) {
    found.push(
      diagnose({
        code: 'RUN_SAME_ID',
        address: spec.address,
        message: `${idMember} ${String(spec.request[idMember])} is written in the spec, and was used by run ${record.run}`,
        remedies: [advise(`write another ${idMember}, or leave it out: it then follows from name and run`)],
      }),
    )
  }
  return found
}

/** Raises the run in the spec's file and returns the next step. */
async function raise(session: Session, spec: Spec, run: number): Promise<string> {
  const { address, place, policy } = spec
  const { line } = await edit(session, spec, run)
  const commit = formatCommand(['git', 'commit', '-m', `Run ${address} again`, '--', place.file])
  return [
    `${escapeForTerminal(place.file)}:${line}: policy.run of ${address} is ${run} now, was ${policy.run}`,
    'next:',
    `  ${escapeForTerminal(commit)}`,
    `  ${formatCommand(['jobwright', 'reconcile'])}`,
  ].join('\n')
}

/** Raises the run on the emulator only and returns the next step. The committed file is for AWS. */
async function raiseOnEmulator({ project }: Session, spec: Spec, run: number): Promise<string> {
  const { address, place } = spec
  await recordRehearsedRun(project.root, address, run)
  return [
    `run ${run} of ${address} is due on the emulator; ${escapeForTerminal(place.file)} is unchanged`,
    'next:',
    `  ${formatCommand(['jobwright', 'reconcile', '--emulator'])}`,
    'to run it again on AWS:',
    `  ${formatCommand(['jobwright', 'rerun', address])}`,
  ].join('\n')
}
