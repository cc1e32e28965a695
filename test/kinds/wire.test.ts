import http from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { type Connection, connect } from '../../src/aws/connection.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { openCalls } from '../../src/kinds/calls.ts'
import { getModel } from '../../src/kinds/index.ts'
import { canonicalise, isObject, type Json, type JsonObject } from '../../src/model/json.ts'
import { quickClock } from '../aws/clock.ts'
import { read } from '../documents/derive.ts'
import { SEEDS } from '../documents/trials.ts'
import { due, loaded, sent } from './due.ts'

/*
 * What a spec says reaches AWS whole. The requests are made of the schemas, so that a member which a schema gets and a client of the SDK does
 * not know yet is missed here.
 */

const yes = { mayStillSend: () => true }

/** What arrives at a socket: the path of a request, and its body. */
type Arrived = { readonly path: string; readonly body: string; readonly length: string | undefined }

/** A connection to a socket that notes every request but those to STS and answers it with nothing. */
async function stage(t: Test): Promise<{ connection: Connection; arrived: Arrived[] }> {
  const sts = await startEmulator()
  const arrived: Arrived[] = []
  const server = http.createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    arrived.push({ path: request.url ?? '', body, length: request.headers['content-length'] })
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_STS: sts.url, KEY: 'a-secret', PIN: 'a-secret' }
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAFLEET'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret'
  const target = { name: 'default', region: 'eu-west-1' }
  const connection = await connect(target, { clock: quickClock(), env, envNames: Object.keys(env) })
  t.teardown(async () => {
    connection.close()
    server.close()
    await sts.close()
  })
  return { connection, arrived }
}

t.test('every member of every kind reaches the wire as in the spec', async (t) => {
  const { connection, arrived } = await stage(t)
  const members = new Map<string, Set<string>>()
  for (const { kind, spec } of SEEDS) {
    if (kind === 'ImportExportJob') continue
    const own = getModel(kind).identity.idMember
    const request = loaded({ ...(spec as JsonObject), ...(own && { [own]: 'the-job' }) }) as JsonObject
    const { writer } = await openCalls(kind, connection)
    arrived.length = 0
    await writer.create(request, { id: 'the-job', ...yes })
    t.equal(arrived.length, 1, `${kind}: one request`)
    const { path, body, length } = arrived[0]!
    const expected = due(kind, request)
    t.equal(path, expected.path)
    t.equal(
      canonicalise(JSON.parse(body) as Json),
      canonicalise(expected.body),
      `${kind} ${String(request['Type'] ?? '')}`,
    )
    t.equal(Number(length), Buffer.byteLength(body))
    members.set(kind, new Set([...(members.get(kind) ?? []), ...Object.keys(request)]))
  }
  for (const [kind, said] of members) {
    const known = Object.keys(read(`${kind}.schema.json`)['properties'] as object)
    t.same(
      known.filter((member) => !said.has(member)),
      [],
      `${kind}: no member was left out`,
    )
  }
})

t.test(
  'every member of an Import/Export job and of its manifest reaches the wire, in creates and in updates',
  async (t) => {
    const { connection, arrived } = await stage(t)
    const { writer } = await openCalls('ImportExportJob', connection)
    const dropped = getModel('ImportExportJob').request.dropped ?? []
    const said = new Set<string>()
    for (const { kind, spec } of SEEDS) {
      const manifest = (spec as JsonObject)['Manifest']
      if (kind !== 'ImportExportJob' || !isObject(manifest) || '$file' in manifest) continue
      const all = loaded({ ...(spec as JsonObject), ManifestAddendum: 'more', APIVersion: '1.0' }) as JsonObject
      const request = Object.fromEntries(Object.entries(all).filter(([member]) => !dropped.includes(member)))
      for (const member of Object.keys(all)) said.add(member)
      const wanted = { ...(sent(request['Manifest']!) as JsonObject), generator: 'mark' }
      arrived.length = 0
      await writer.create(request, { marker: 'mark', ...yes })
      const { JobType, APIVersion } = request
      const common = { JobType, APIVersion, Version: '2010-06-01', ValidateOnly: 'false' }
      const { Manifest = '', ...form } = Object.fromEntries(new URLSearchParams(arrived[0]?.body))
      t.same(form, { Action: 'CreateJob', ManifestAddendum: 'more', ...common })
      t.same(parse(Manifest, { schema: 'failsafe' }), texts(wanted))

      const [before, after, live] = [{}, {}, { id: 'ABCDE', status: 'Pending', marker: 'mark' }]
      await writer.update?.('ABCDE', { operation: 'UpdateJob', before, after, request, live }, yes)
      const { Manifest: changed = '', ...update } = Object.fromEntries(new URLSearchParams(arrived[1]?.body))
      t.same(update, { Action: 'UpdateJob', JobId: 'ABCDE', ...common })
      t.same(parse(changed, { schema: 'failsafe' }), texts(wanted))
    }
    const known = Object.keys(read('ImportExportJob.schema.json')['properties'] as object)
    t.same(
      known.filter((member) => !said.has(member) && !dropped.includes(member)),
      [],
      'no member was left out',
    )
  },
)

/** Every scalar as text, which is what manifests hold. */
function texts(value: Json): Json {
  if (Array.isArray(value)) return value.map(texts)
  if (!isObject(value)) return String(value)
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, texts(inner)]))
}

t.test('every updated setting of an IoT job reaches the wire', async (t) => {
  const { connection, arrived } = await stage(t)
  const { writer } = await openCalls('IotJob', connection)
  const after = loaded(SEEDS.find(({ kind }) => kind === 'IotJob')!.spec) as JsonObject
  const live = { id: 'the-job', status: 'IN_PROGRESS' }
  await writer.update?.('the-job', { operation: 'UpdateJob', before: {}, after, request: after, live }, yes)
  const settings = [
    'description',
    'presignedUrlConfig',
    'jobExecutionsRolloutConfig',
    'abortConfig',
    'timeoutConfig',
    'jobExecutionsRetryConfig',
  ]
  const due = Object.fromEntries(settings.map((member) => [member, after[member]]))
  t.same(JSON.parse(arrived[0]?.body ?? ''), due)
})

t.test('asset members of a Data Exchange job that the client does not know are read', async (t) => {
  const emulator = await startEmulator()
  t.teardown(() => emulator.close())
  const connection = await connect({ name: 'default', region: 'eu-west-1' }, { clock: quickClock(), emulator })
  t.teardown(() => connection.close())
  const { reader, writer } = await openCalls('DataExchangeJob', connection)
  const [DataSetId, RevisionId] = ['a'.repeat(32), 'b'.repeat(32)]
  const request = {
    Type: 'IMPORT_ASSETS_FROM_S3',
    Details: { ImportAssetsFromS3: { DataSetId, RevisionId, AssetSources: [{ Bucket: 'prices', Key: 'a.csv' }] } },
    AssetConfiguration: { Tags: [{ Key: 'team', Value: 'prices' }] },
  }
  const made = await writer.create(request, yes)
  t.match(made, { is: 'done', value: { request } })
  const id = made.is === 'done' ? made.value.id : ''
  const job = await reader.describe(id, {})
  t.same(job?.request, request)
  t.type(job?.createdAt, 'string')
  for await (const page of reader.list({ scope: DataSetId }))
    t.same(
      page.map((one) => one.request),
      [request],
    )
  const { comparable, normalise } = getModel('DataExchangeJob').request
  const other = { ...request, AssetConfiguration: { Tags: [{ Key: 'team', Value: 'weather' }] } }
  t.not(
    canonicalise(comparable(normalise(other))),
    canonicalise(comparable(normalise(job!.request!))),
    'tags tell jobs apart',
  )
})
