import fs from 'node:fs'
import path from 'node:path'
import { AwsError } from '../../aws/aws-error.ts'
import { getModel } from '../../kinds/index.ts'
import { type Address, isAddress } from '../../model/address.ts'
import { isTerminal } from '../../model/condition.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { Paperwork } from '../../model/kind-calls.ts'
import { Problem } from '../../model/problem.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { JobRecord, State } from '../../model/state.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toFailureDiagnostic, toSummaryLine } from '../../report/json-lines.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createUnknownAddress } from '../../session/known-address.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { openSession, openSessionWorld, type Session } from '../../session/session.ts'
import { FileDiffers, receiveFile } from '../../system/download-file.ts'

export type PaperworkOptions = CommonOptions & {
  /** The folder for the files, relative to the working directory. */
  readonly out: string
}

const SIGNATURE = 'SIGNATURE'
const LABEL = 'shipping-label.pdf'
/** The files authenticate a device, so only their owner may read them. */
const MODES = { folder: 0o700, file: 0o600 }

/**
 * `jobwright paperwork ADDRESS --out DIR`: fetches the SIGNATURE file and the shipping label of an Import/Export job. Neither is kept in a
 * state or a log. Replaces no file and changes nothing in AWS.
 */
export async function fetchPaperwork(address: string, options: PaperworkOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const session = await openSession(options, host)
  try {
    const { state, diagnostics } = await openProjectStore(session.project, options).read()
    out.diagnostics(diagnostics, session.clock.now())
    if (hasErrors(diagnostics)) return end(out, {}, 8)
    const { spec, record } = findShippable(address, session, state)
    const world = await openSessionWorld(session, state, { ...options, only: [address] }, host)
    try {
      const { reader } = await world.callsOf(record.site, spec.kind, spec)
      const papers = await reader.paperwork!(record.id!, { signal: host.signal })
      return await write(
        assertUsable(spec.address, record, papers),
        spec.address,
        record,
        path.resolve(host.cwd, options.out),
        out,
      )
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return reportFailed(out, spec.address, error)
    } finally {
      world.close()
    }
  } finally {
    await session.close()
  }
}

/** Returns the spec and the record of a job whose device can still be shipped. Throws a Problem (exit 1). */
function findShippable(
  address: string,
  { loaded }: Session,
  state: State | undefined,
): { spec: Spec; record: JobRecord } {
  const records = state?.records ?? {}
  const all = [...loaded.specs.map((spec) => spec.address), ...Object.keys(records)]
  const own = all.filter((one) => one.startsWith('ImportExportJob/'))
  if (!isAddress(address) || !all.includes(address)) {
    const searched = { loaded, state, all: own }
    const whose = advise('paperwork belongs to an ImportExportJob')
    throw createUnknownAddress(address, searched, `there is no spec and no record ${address}`, whose)
  }
  const spec = loaded.specs.find((one) => one.address === address)
  if (spec?.kind !== 'ImportExportJob') {
    throw new Problem({
      code: 'USAGE',
      message: spec
        ? `${address} has no device to ship`
        : `${address} has no valid spec, and only that says where its job is`,
      remedies: [
        advise(
          spec ? 'only the jobs of an ImportExportJob have paperwork' : 'restore its spec, and run the command again',
        ),
      ],
    })
  }
  const record = records[address]
  if (record?.id === undefined || (record.stage !== 'created' && record.stage !== 'started')) {
    throw createNoJob(
      address,
      'no job is known for it yet',
      suggest('submit it, and then run this command again', 'reconcile'),
    )
  }
  if (isTerminal(record.condition) || record.lost) throw createTerminal(address, record.status ?? 'lost')
  return { spec, record }
}

function assertUsable(address: Address, record: JobRecord, papers: Paperwork | undefined): Paperwork {
  if (papers === undefined) throw createTerminal(address, 'unknown to AWS')
  const live = { id: record.id!, status: papers.status, partial: true }
  if (isTerminal(getModel('ImportExportJob').lifecycle.condition(live, { maxFailedPercent: 0 })))
    throw createTerminal(address, papers.status)
  return papers
}

function createTerminal(address: Address, status: string): Problem {
  return createNoJob(
    address,
    `its job is terminal: ${status}`,
    advise('a device that is sent now belongs to no job; raise policy.run for another'),
  )
}

function createNoJob(address: Address, why: string, remedy: Remedy): Problem {
  const message = `${address} has no paperwork: ${why}`
  return new Problem({ code: 'PAPERWORK_NO_JOB', address, message, remedies: [remedy] })
}

async function write(
  papers: Paperwork,
  address: Address,
  record: JobRecord,
  folder: string,
  out: Printer,
): Promise<ExitCode> {
  fs.mkdirSync(folder, { recursive: true, mode: MODES.folder })
  const put = (name: string, content: AsyncIterable<Uint8Array>) => receiveFile(folder, name, content, MODES.file)
  const written: string[] = []
  if (papers.signature !== undefined) {
    await reportFileExists(folder, SIGNATURE, put(SIGNATURE, yieldOnce(papers.signature)))
    written.push(SIGNATURE)
  }
  let problem: AwsError | undefined
  try {
    const label = await reportFileExists(
      folder,
      LABEL,
      papers.label((content) => put(LABEL, content)),
    )
    if (label) written.push(LABEL)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    problem = error
  }
  out.text(formatInstructions(address, record, folder, written, papers))
  return problem ? reportFailed(out, address, problem) : end(out, { written: written.length }, 0)
}

async function* yieldOnce(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

/** Does not replace a file with other content: it may already be on its way to a device. */
async function reportFileExists<Value>(folder: string, name: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof FileDiffers)) throw error
    throw new Problem({
      code: 'PAPERWORK_FILE',
      message: `${path.join(folder, name)} already exists with other content, and is not replaced`,
      remedies: [
        advise(
          'choose an empty folder; the signature changes when the manifest is updated, so an older one is invalid',
        ),
      ],
    })
  }
}

function formatInstructions(
  address: Address,
  record: JobRecord,
  folder: string,
  written: readonly string[],
  { warning }: Paperwork,
): string {
  const id = escapeForTerminal(record.id ?? '')
  const steps = [
    ...(written.includes(SIGNATURE)
      ? [
          'Copy SIGNATURE to the root folder of the device, under this very name. For EBS and Glacier: print it and fix it on.',
        ]
      : []),
    ...(written.includes(LABEL) ? [`Print ${LABEL} and stick it to the package: one device in a package.`] : []),
    'Ship it. A job whose device has not arrived after 30 days expires.',
  ]
  return [
    `${address}, job ${id}: ${written.length === 0 ? 'AWS gave no file' : `wrote ${written.join(' and ')}`} (${escapeForTerminal(folder)})`,
    ...(warning === undefined ? [] : [`AWS says: ${escapeForTerminal(warning)}`]),
    '',
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
    'These files authenticate the device. Keep them out of Git, and delete them when it is shipped.',
  ].join('\n')
}

function reportFailed(out: Printer, address: Address, { problem }: AwsError): ExitCode {
  out.diagnostics([toFailureDiagnostic({ address, step: 'paperwork', problem })], 0)
  return end(out, {}, problem.class === 'auth' ? 4 : 5)
}

function end(out: Printer, counts: Record<string, number>, exitCode: ExitCode): ExitCode {
  out.line(toSummaryLine({ counts, outcomes: exitCode ? [exitCode] : [], exitCode }))
  return exitCode
}
