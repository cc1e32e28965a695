import fs from 'node:fs'
import path from 'node:path'
import { dump } from 'js-yaml'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type JobRecord } from '../../src/model/state.ts'
import { writeDocuments } from '../../src/model/write-documents.ts'
import { serialiseState } from '../../src/state/format.ts'
import { commit, git } from '../../test/e2e/process.ts'
import { doc } from '../../test/e2e/world.ts'

/** What a project of a measurement holds. */
export type ProjectOptions = {
  readonly size: number
  /** What is on record: nothing, or a job for each spec. */
  readonly jobs: 'none' | 'finished' | 'running'
  /** Write IoT jobs only; otherwise all five kinds. */
  readonly isIotOnly?: boolean
  /** One spec in a hundred has an error. */
  readonly isPartlyBad?: boolean
  /** Put the state where `--emulator` looks for it. */
  readonly isEmulated?: boolean
  /** Creates a second to each service; by default Jobwright's own rates apply. */
  readonly rate?: number
}

const KINDS = MODELS.map(({ kind }) => kind)
const FILES_IN_FOLDER = 1000
const CREATED = '2026-11-15T09:07:46Z'
const SITE = { partition: 'aws', account: '123456789012', region: 'us-east-1' }
const DONE: Readonly<Record<string, string>> = {
  IotJob: 'COMPLETED',
  MediaPackageHarvestJob: 'SUCCEEDED',
  DataExchangeJob: 'COMPLETED',
  PinpointExportJob: 'COMPLETED',
  ImportExportJob: 'Complete',
}

/** Writes a project into an empty folder and commits it: one spec a file, and a state in a file beside them. */
export async function writeProject(root: string, options: ProjectOptions): Promise<void> {
  const { size, jobs, isEmulated = false, rate } = options
  for (let n = 0; n < size; n++) {
    const file = fileOf(root, n)
    if (n % FILES_IN_FOLDER === 0) fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, specText(n, options))
  }
  const services = MODELS.map(({ service }) => service)
  const limits = Object.fromEntries(services.map((one) => [one, { perSecond: rate, perDay: 1_000_000 }]))
  const guards = { maxCreates: 1_000_000, maxRemovals: 1_000_000 }
  fs.writeFileSync(
    path.join(root, 'jobwright.yaml'),
    dump({ state: { store: 'file' }, guards, ...(rate !== undefined && { limits }) }),
  )
  fs.writeFileSync(path.join(root, '.gitignore'), '.jobwright/\njobs.state.json*\n')
  git(root, 'init', '--quiet')
  commit(root)
  const specs = jobs === 'none' ? [] : (await load({ root, kinds: MODELS })).specs
  const records = Object.fromEntries(
    specs.map((spec) => [spec.address, recordOf(spec, jobs === 'running', isEmulated)]),
  )
  const state = path.join(root, isEmulated ? '.jobwright/emulator/jobs.state.json' : 'jobs.state.json')
  fs.mkdirSync(path.dirname(state), { recursive: true })
  fs.writeFileSync(state, serialiseState({ ...emptyState('bench', '2026-11-15T09:00:00Z'), project: '.', records }), {
    mode: 0o600,
  })
}

/** The file of the n-th spec. */
export function fileOf(root: string, n: number): string {
  return path.join(root, 'specs', `d${Math.floor(n / FILES_IN_FOLDER)}`, `f${n}.yaml`)
}

/** The text of the n-th spec, as people write it. */
export function specText(n: number, { isIotOnly, isPartlyBad }: Omit<ProjectOptions, 'size' | 'jobs'>): string {
  const kind = isIotOnly ? 'IotJob' : KINDS[n % KINDS.length]!
  const spec = doc(kind, `job-${n}`, { n, labels: { team: `team-${n % 20}` } })
  const { policy: _none, ...document } = spec
  return dump(isPartlyBad && n % 100 === 7 ? { ...document, spec: { ...spec.spec, target: [7] } } : document)
}

/** Writes the log of an emulator on which each spec's IoT job runs for years. */
export async function writeRunningJobs(root: string): Promise<void> {
  const { specs } = await load({ root, kinds: MODELS })
  const at = Date.parse(CREATED)
  const lines = specs.map(({ name, request }, index) => {
    const { targets, document, ...rest } = request as { targets: string[]; document: JsonObject }
    const put = {
      serial: index + 1,
      service: 'iot',
      id: name,
      account: SITE.account,
      region: SITE.region,
      request: { jobId: name, targets, document: JSON.stringify(document), ...rest },
      createdAt: at,
      realCreatedAt: at,
      facts: { duration: 1e13, startsAt: at, targets, tags: {} },
    }
    return `${JSON.stringify({ at, put })}\n`
  })
  const folder = path.join(root, '.jobwright/emulator/aws')
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  fs.writeFileSync(path.join(folder, 'jobs.log'), lines.join(''), { mode: 0o600 })
}

function recordOf({ kind, name, request }: Spec, isRunning: boolean, isEmulated: boolean): JobRecord {
  const model = getModel(kind)
  return {
    run: 1,
    site: { ...SITE, ...(isEmulated && { endpoint: 'emulator' }) },
    stage: 'started',
    how: 'created',
    id: model.identity.idMember ? name : `id-${name}`,
    request: writeDocuments(request, model.request.documents),
    condition: { type: isRunning ? 'InProgress' : 'Succeeded' },
    status: isRunning ? 'IN_PROGRESS' : DONE[kind]!,
    createdAt: CREATED,
    // As of every job that a run has read. Without it, the next plan must describe each job to prove that it is ours.
    identity: { createdAt: CREATED, source: 'read' },
    ...(!isRunning && { finishedAt: '2026-11-15T09:42:25Z' }),
  } as JobRecord
}
