import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { DataExchangeClient } from '@aws-sdk/client-dataexchange'
import t, { type Test } from 'tap'
import { connect } from '../../src/aws/connection.ts'
import type { Ask } from '../../src/aws/read-with-retries.ts'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import { uploadTo } from '../../src/kinds/data-exchange-job/transfer.ts'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import type { Spec } from '../../src/model/spec.ts'
import { acknowledge } from '../../src/plan/attention/notes.ts'
import { type JobFiles, nodeFiles } from '../../src/system/job-files.ts'
import { beforeCreate, once, openStage, type Run, type RunOptions, type Stage } from './stage.ts'

const IDS = { DataSetId: 'a'.repeat(32), RevisionId: 'b'.repeat(32) }
const PRICES = 'pump,litres\n1,7\n'
const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
const ADDRESS = 'DataExchangeJob/prices'

const imported = (more: object = {}) => ({
  Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
  Details: { ImportAssetFromSignedUrl: { AssetName: 'prices.csv', ...IDS, ...more } },
})
const api = (more: object = {}) => ({
  Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
  Details: {
    ImportAssetFromApiGatewayApi: {
      ApiId: 'a1',
      ApiName: 'prices',
      ProtocolType: 'REST',
      Stage: 'live',
      ...IDS,
      ...more,
    },
  },
})
const exported = () => ({
  Type: 'EXPORT_ASSET_TO_SIGNED_URL',
  Details: { ExportAssetToSignedUrl: { AssetId: 'c'.repeat(32), ...IDS } },
})

/** A repository with one spec beside the files that its jobs take in and give out. */
type Repository = Stage & {
  readonly root: string
  /** Loads the specs as they are now, and reconciles them. */
  reconcile(options?: RunOptions & { readonly files?: JobFiles }): Promise<Run>
  spec(policy: object, request: object, name?: string): void
}

async function open(t: Test, options: EmulatorOptions = {}): Promise<Repository> {
  const stage = await openStage(t, options)
  const root = path.join(path.dirname(stage.file), 'repository')
  fs.mkdirSync(path.join(root, 'specs'), { recursive: true })
  return {
    ...stage,
    root,
    spec: (policy, request, name = 'prices') => {
      const spec = { apiVersion: 'jobwright/v1', kind: 'DataExchangeJob', metadata: { name }, policy, spec: request }
      fs.writeFileSync(path.join(root, `specs/${name}.yaml`), JSON.stringify(spec))
    },
    reconcile: async (given) => {
      const { specs, blocked, diagnostics } = await load({ root, kinds: MODELS })
      if (blocked.length > 0) throw new Error(JSON.stringify(diagnostics))
      return stage.run(specs as Spec[], given)
    },
  }
}

/** Nothing that a run has written or told holds a link. */
async function keepsLinks(t: Test, { file, root, store }: Repository, runs: readonly Run[]): Promise<void> {
  const folders = [path.dirname(file), root, path.join(root, 'specs')]
  const files = folders.flatMap((folder) =>
    fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(folder, entry.name)),
  )
  t.ok(files.includes(file), 'the state was read')
  for (const one of files) t.notMatch(fs.readFileSync(one, 'utf8'), /_signed|signature=|expires=/, one)
  t.notMatch(JSON.stringify((await store.read()).state), /_signed|http/)
  for (const run of runs) t.notMatch(JSON.stringify([run.events, [...run.failed]]), /_signed|signature=/)
}

for (const [what, request, member] of [
  ['an asset', imported, 'ImportAssetFromSignedUrl/Md5Hash'],
  ['an API', api, 'ImportAssetFromApiGatewayApi/ApiSpecificationMd5Hash'],
] as const) {
  t.test(`${what} is created, uploaded and started in three passes, and then costs no call`, async (t) => {
    const stage = await open(t)
    stage.spec({ upload: '../prices.csv' }, request())
    fs.writeFileSync(path.join(stage.root, 'prices.csv'), PRICES)
    const run = await stage.reconcile()
    t.same(run.passes.slice(0, 4), [['create'], ['upload'], ['start'], ['keep']])
    const planned = run.events.flatMap((event) => (event.type === 'planned' ? event.plan.actions : []))
    t.equal(planned[0]?.reason, 'new spec; then prices.csv (16 bytes) is uploaded, and the job started')
    t.equal(planned[1]?.reason, 'created and recorded; AWS waits for prices.csv (16 bytes)')
    t.equal(run.counts['s3 PUT'], 1)
    t.match(await stage.records(), { [ADDRESS]: { stage: 'started', uploaded: md5(PRICES) } })
    const [pointer, name] = member.split('/') as [string, string]
    const [job] = await stage.emulator.jobs()
    t.match(job, { request: { Details: { [pointer]: { [name]: md5(PRICES) } } } }, 'the MD5 is part of the request')
    await stage.emulator.advance(20)
    const over = await stage.reconcile()
    t.match(await stage.records(), { [ADDRESS]: { status: 'COMPLETED' } })
    t.same((await stage.reconcile()).counts, {})
    await keepsLinks(t, stage, [run, over])

    fs.rmSync(path.join(stage.root, 'prices.csv'))
    const gone = await stage.reconcile()
    t.same([gone.passes, gone.outcomes, gone.counts], [[['keep']], [], {}], 'what was taken in may go')
    fs.writeFileSync(path.join(stage.root, 'prices.csv'), 'other')
    t.match((await stage.reconcile()).plan.actions, [{ action: 'conflict', code: 'PLAN_IMMUTABLE' }])
    stage.spec({ upload: '../prices.csv', run: 2 }, request())
    t.same((await stage.reconcile()).passes.slice(0, 3), [['create'], ['upload'], ['start']])
    t.match(await stage.records(), { [ADDRESS]: { run: 2, uploaded: md5('other') } })
  })
}

t.test(
  'a run that ends after the create goes on with the upload, and one that ends after the upload with the start',
  async (t) => {
    const stage = await open(t)
    stage.spec({ upload: '../prices.csv' }, imported({ Md5Hash: md5(PRICES) }))
    const file = path.join(stage.root, 'prices.csv')
    fs.writeFileSync(file, PRICES)
    const stops = new AbortController()
    const stopped = await stage.reconcile({
      signal: stops.signal,
      onEvent: (event) => event.type === 'step' && event.step === 'created' && stops.abort(),
    })
    t.same(stopped.outcomes, [130])
    fs.rmSync(file)
    const waits = await stage.reconcile()
    t.match(waits.plan.actions, [{ action: 'blocked', code: 'PLAN_NO_FILE' }])
    t.same(waits.outcomes, [9])
    fs.writeFileSync(file, PRICES)

    const again = new AbortController()
    const uploaded = await stage.reconcile({
      signal: again.signal,
      onEvent: (event) => event.type === 'step' && event.step === 'uploaded' && again.abort(),
    })
    t.same([uploaded.passes, uploaded.counts['s3 PUT']], [[['upload']], 1])
    const last = await stage.reconcile()
    t.same([last.passes[0], last.counts['s3 PUT']], [['start'], undefined], 'what was uploaded is not uploaded again')
    t.equal((await stage.emulator.jobs()).length, 1)
  },
)

t.test('a job that does not wait any more when its file is to be sent was started: nothing is sent', async (t) => {
  const stage = await open(t)
  stage.spec({ upload: '../prices.csv' }, imported())
  fs.writeFileSync(path.join(stage.root, 'prices.csv'), PRICES)
  const run = await stage.reconcile({
    around: {
      aws: (aws) => ({
        ...aws,
        callsOf: async (...at) => {
          const calls = await aws.callsOf(...at)
          const upload: typeof calls.writer.upload = async (id, source, options) => {
            await calls.writer.upload!(id, source, options)
            await calls.writer.start!(id, { mayStillSend: () => true })
            return calls.writer.upload!(id, source, options)
          }
          return { ...calls, writer: { ...calls.writer, upload } }
        },
      }),
    },
  })
  t.same([run.outcomes, run.counts['s3 PUT'], run.counts['dataexchange StartJob']], [[], 1, 1])
  t.match(await stage.records(), { [ADDRESS]: { stage: 'started' } })
})

t.test('a link that has expired is asked for once more, and no more than that', async (t) => {
  const stage = await open(t)
  const { emulator } = stage
  stage.spec({ upload: '../prices.csv' }, imported())
  fs.writeFileSync(path.join(stage.root, 'prices.csv'), PRICES)
  const stops = new AbortController()
  await stage.reconcile({
    signal: stops.signal,
    onEvent: (event) => event.type === 'step' && event.step === 'created' && stops.abort(),
  })
  const id = (await stage.records())[ADDRESS]!.id!
  const connection = await connect({ name: 'emulator', region: 'us-east-1' }, { clock: stage.clock, emulator, env: {} })
  const client = new DataExchangeClient(connection.settings(getModel('DataExchangeJob'), 'read'))
  let late = 2
  /** Time passes between the answer with the link and the request that uses it. */
  const ask: Ask = async (_operation, _signal, send) => {
    const answer = await send({})
    if (late-- > 0) await emulator.advance(61)
    return answer
  }
  let opened = 0
  const source = {
    bytes: PRICES.length,
    md5: md5(PRICES),
    async *open() {
      opened++
      yield Buffer.from(PRICES)
    },
  }
  const never = await uploadTo(ask, client, id, source, undefined)
  t.match(never, {
    is: 'not-done',
    problem: { name: 'AccessDenied', message: 'the signed link was refused with status 403', status: 403 },
  })
  t.equal(opened, 0, 'nothing is sent by a link that is refused')
  late = 1
  t.match(await uploadTo(ask, client, id, source, undefined), { is: 'done' })
  t.equal((await stage.calls())['s3 PUT'], 4)
  late = 0
  t.match(await uploadTo(ask, client, id, { ...source, md5: md5('other') }, undefined), {
    problem: { name: 'SignatureDoesNotMatch' },
  })
  const other = { ...source, open: source.open, bytes: 5, md5: source.md5 }
  t.match(await uploadTo(ask, client, id, { ...other, open: short }, undefined), { problem: { name: 'BadDigest' } })
  connection.close()
  const last = await stage.reconcile()
  t.same(last.passes.slice(0, 2), [['upload'], ['start']], 'what is not on record is sent again, which changes nothing')
  await keepsLinks(t, stage, [last])
})

async function* short(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('other')
}

t.test('a file that has changed since it was measured is not sent, however it changed', async (t) => {
  const stage = await open(t)
  stage.spec({ upload: '../prices.csv' }, imported())
  const file = path.join(stage.root, 'prices.csv')
  const big = Buffer.alloc(3 * 1024 * 1024, 'x')
  fs.writeFileSync(file, big)
  const { mtime, atime } = fs.statSync(file)
  const changing = (change: () => void): { files: JobFiles } => ({
    files: {
      ...nodeFiles,
      async *read(measured) {
        change()
        yield* nodeFiles.read(measured)
      },
    },
  })
  const changes: [string, () => void][] = [
    ['longer', () => fs.appendFileSync(file, 'y')],
    ['touched', () => fs.utimesSync(file, atime, new Date(0))],
    [
      'of the same size and time',
      () => {
        fs.writeFileSync(file, Buffer.alloc(big.length, 'z'))
        fs.utimesSync(file, atime, mtime)
      },
    ],
    ['a link', () => fs.renameSync(file, `${file}.old`)],
  ]
  for (const [how, change] of changes) {
    fs.writeFileSync(file, big)
    fs.utimesSync(file, atime, mtime)
    const run = await stage.reconcile(changing(change))
    t.same(run.outcomes, [5], how)
    t.match(run.failed.get(ADDRESS), { name: how === 'a link' ? 'ENOENT' : 'FileChanged' }, how)
    t.notOk((await stage.records())[ADDRESS]?.uploaded)
  }
  fs.writeFileSync(file, big)
  t.same((await stage.reconcile()).passes.slice(0, 2), [['upload'], ['start']])
  t.equal((await stage.emulator.jobs()).length, 1)
})

t.test('an exported asset is fetched when its job is done, once, and never again', async (t) => {
  const stage = await open(t)
  stage.spec({ download: '../out/asset.csv' }, exported())
  const made = await stage.reconcile()
  t.same(made.passes.slice(0, 3), [['create'], ['start'], ['keep']])
  await stage.emulator.advance(20)
  const run = await stage.reconcile()
  t.same(run.passes, [['download'], ['keep']])
  t.equal(run.counts['s3 GET'], 1)
  const text = fs.readFileSync(path.join(stage.root, 'out/asset.csv'), 'utf8')
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  t.match(await stage.records(), {
    [ADDRESS]: { downloaded: { file: 'out/asset.csv', bytes: text.length, digest }, condition: { type: 'Succeeded' } },
  })
  t.same(fs.readdirSync(path.join(stage.root, 'out')), ['asset.csv'], 'nothing is left beside it')
  fs.rmSync(path.join(stage.root, 'out/asset.csv'))
  t.same((await stage.reconcile()).counts, {}, 'what is done is done')
  await keepsLinks(t, stage, [made, run])
  await stage.emulator.advance(100 * 24 * 60)
  stage.spec({ download: '../out/other.csv' }, exported())
  const gone = await stage.reconcile()
  t.same([gone.passes, gone.outcomes], [[['download'], ['conflict']], [6]])
  t.match(gone.plan.actions, [{ code: 'PLAN_DOWNLOAD_GONE' }])
  t.same((await stage.reconcile()).counts, {})
})

t.test('the asset of a finished job that is found again is fetched in the same run', async (t) => {
  const stage = await open(t)
  stage.spec({ download: '../out/asset.csv' }, exported())
  const texts: string[] = []
  const keep = async () => texts.push(fs.readFileSync(stage.file, 'utf8'))
  await stage.reconcile({ around: { aws: beforeCreate(once(keep)) } })
  await stage.emulator.advance(20)
  fs.writeFileSync(stage.file, texts[0]!)
  fs.rmSync(`${stage.file}.journal`)
  const run = await stage.reconcile()
  t.same([run.passes, run.outcomes], [[['adopt'], ['download'], ['keep']], []])
  t.ok(fs.existsSync(path.join(stage.root, 'out/asset.csv')))
  t.equal((await stage.emulator.jobs()).length, 1)
})

t.test('a file that is there is never overwritten: the same content is as good, any other is a conflict', async (t) => {
  const stage = await open(t)
  stage.spec({ download: '../asset.csv' }, exported())
  await stage.reconcile()
  await stage.emulator.advance(20)
  const file = path.join(stage.root, 'asset.csv')
  fs.writeFileSync(file, 'mine')
  const refused = await stage.reconcile()
  t.same(
    [refused.passes, refused.outcomes],
    [
      [['download'], ['conflict']],
      [5, 6],
    ],
  )
  t.match(refused.plan.actions, [{ code: 'PLAN_FILE_DIFFERS' }])
  t.equal(fs.readFileSync(file, 'utf8'), 'mine')
  t.same(fs.readdirSync(stage.root).sort(), ['asset.csv', 'specs'])
  const store = await stage.store.open()
  const attention = acknowledge(store.state?.attention, refused.findings ?? [], { now: stage.clock.now() })
  await store.commit([{ set: 'attention', attention }], 'acknowledge')
  await store.close()
  t.same((await stage.reconcile()).outcomes, [], 'a person let it be')
  t.equal(fs.readFileSync(file, 'utf8'), 'mine')

  fs.rmSync(file)
  const cut: JobFiles = {
    ...nodeFiles,
    receive: async (root, name, content) => {
      await nodeFiles.receive(root, name, content)
      throw Object.assign(new Error('killed before it was recorded'), { code: 'EKILLED' })
    },
  }
  t.same((await stage.reconcile({ files: cut })).outcomes, [5])
  const { ino } = fs.statSync(file)
  t.same((await stage.reconcile()).passes, [['download'], ['keep']])
  t.match(await stage.records(), { [ADDRESS]: { downloaded: { file: 'asset.csv' } } })
  t.equal(fs.statSync(file).ino, ino, 'what was there stays')
})

t.test('a folder that became a link since the spec was read leads no download out of the repository', async (t) => {
  const stage = await open(t)
  stage.spec({ download: '../out/asset.csv' }, exported())
  await stage.reconcile()
  await stage.emulator.advance(20)
  const elsewhere = path.join(path.dirname(stage.root), 'elsewhere')
  fs.mkdirSync(elsewhere)
  const run = await stage.reconcile({
    files: {
      ...nodeFiles,
      receive: (root, name, content) => {
        fs.symlinkSync(elsewhere, path.join(root, 'out'))
        return nodeFiles.receive(root, name, content)
      },
    },
  })
  t.same(run.outcomes, [5])
  t.same(fs.readdirSync(elsewhere), [])
})

t.test('what cannot be uploaded or downloaded is said at its line', async (t) => {
  const { root, ...stage } = await open(t)
  const told = async (policy: object, request: object) => {
    stage.spec(policy, request)
    const { diagnostics, blocked, specs } = await load({ root, kinds: MODELS })
    t.equal(specs.length + blocked.length, 1)
    return diagnostics.map(({ severity, code, pointer, message, place }) => {
      t.equal(place?.file, 'specs/prices.yaml')
      return `${severity} ${code} ${pointer} ${message}`
    })
  }
  fs.writeFileSync(path.join(root, 'prices.csv'), PRICES)
  fs.mkdirSync(path.join(root, '.git'))
  fs.symlinkSync('/etc/hostname', path.join(root, 'out.csv'))
  fs.symlinkSync('prices.csv', path.join(root, 'in.csv'))
  fs.symlinkSync('specs', path.join(root, 'linked'))
  const huge = path.join(root, 'huge.csv')
  fs.writeFileSync(huge, '')
  fs.truncateSync(huge, 5 * 1024 ** 3 + 1)
  t.same(await told({ upload: '../in.csv' }, imported()), [], 'a link that stays inside is followed')
  for (const [policy, request, expected] of [
    [
      {},
      imported(),
      'error SPEC_UPLOAD /spec/Type a job of Type IMPORT_ASSET_FROM_SIGNED_URL imports a file, and policy.upload names none',
    ],
    [
      { upload: '../prices.csv' },
      exported(),
      'error SPEC_UPLOAD /policy/upload a job of Type EXPORT_ASSET_TO_SIGNED_URL imports no file',
    ],
    [
      { upload: '../huge.csv' },
      api(),
      'error SPEC_UPLOAD /policy/upload ../huge.csv has 5,368,709,121 bytes, and AWS takes at most 5,368,709,120',
    ],
    [{ upload: '../none.csv' }, imported(), 'warning SPEC_FILE /policy/upload ../none.csv: there is no such file'],
    [
      { upload: '../out.csv' },
      imported(),
      'error SPEC_FILE /policy/upload ../out.csv: it leads out of the repository, or into .git',
    ],
    [{ upload: '../specs' }, imported(), 'error SPEC_FILE /policy/upload ../specs: it is a folder, not a file'],
    [
      { upload: '../prices.csv' },
      imported({ Md5Hash: md5('other') }),
      `error SPEC_MD5 /spec/Details/ImportAssetFromSignedUrl/Md5Hash ../prices.csv has another MD5, ${md5(PRICES)}`,
    ],
    [{ download: 'x.yaml' }, exported(), 'error SPEC_DOWNLOAD /policy/download x.yaml would be read as a spec'],
    [
      { download: '../../x' },
      exported(),
      'error SPEC_DOWNLOAD /policy/download ../../x: it leads out of the repository, or into .git',
    ],
    [
      { download: '../.git/hooks/x' },
      exported(),
      'error SPEC_DOWNLOAD /policy/download ../.git/hooks/x: it leads out of the repository, or into .git',
    ],
    [
      { download: '../linked/x' },
      exported(),
      'error SPEC_DOWNLOAD /policy/download ../linked/x: linked is a link, which is not followed',
    ],
    [
      { download: '../out.csv' },
      exported(),
      'error SPEC_DOWNLOAD /policy/download ../out.csv: out.csv is a link, which is not followed',
    ],
    [{ download: '../specs' }, exported(), 'error SPEC_DOWNLOAD /policy/download ../specs: specs is a folder'],
  ] as const) {
    const all = await told(policy, request)
    t.equal(all[0], expected)
  }
  stage.spec({ download: '../twice.csv' }, exported())
  stage.spec({ download: '../specs/../twice.csv' }, exported(), 'twice')
  const { diagnostics } = await load({ root, kinds: MODELS })
  t.match(diagnostics, [{ code: 'SPEC_DOWNLOAD', message: 'DataExchangeJob/prices is downloaded to the same path' }])
})
