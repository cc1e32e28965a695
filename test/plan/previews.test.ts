import t from 'tap'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { type Address, formatAddress } from '../../src/model/address.ts'
import { getValue, isObject, type Json } from '../../src/model/json.ts'
import { findConsoleHost } from '../../src/model/partition.ts'
import type { Preview } from '../../src/model/preview.ts'
import type { Site } from '../../src/model/state.ts'
import { addPreviews, type PreviewOptions } from '../../src/plan/previews.ts'
import { DONE, planOf, REQUESTS, SITE, type World, world } from './world.ts'

const KIOSKS: Address = 'IotJob/kiosks'
const PRICES: Address = 'DataExchangeJob/prices'
const FINAL: Address = 'MediaPackageHarvestJob/final'

/** The previews of a world's plan, by address. */
function previews(given: World, more: Partial<PreviewOptions> = {}): Readonly<Record<string, Preview | undefined>> {
  const input = given.input()
  const { actions } = addPreviews(planOf(input), {
    modelOf: getModel,
    siteOf: input.siteOf,
    now: input.now,
    targetOf: () => 'prod',
    lineage: 'kiosk-fleet',
    ...more,
  })
  return Object.fromEntries(actions.map(({ address, preview }) => [address, preview]))
}

t.test('each kind shows where a job goes, the members that matter, and its request as it is sent', async (t) => {
  for (const { kind, identity } of MODELS) {
    const address = formatAddress(kind, 'night')
    const preview = previews(world().spec(address))[address]
    t.match(preview, { target: 'prod', account: SITE.account, region: SITE.region, run: 1 }, kind)
    t.ok((preview?.members?.length ?? 0) >= 2, `${kind} shows members`)
    for (const { pointer, value } of preview?.members ?? [])
      t.strictSame(value, getValue(REQUESTS[kind], pointer), `${kind}${pointer}`)
    const { idMember } = identity
    if (idMember !== undefined) t.equal(preview?.request?.[idMember], 'night', `${kind} has its ID`)
  }
  const { request } = previews(world().spec(KIOSKS))[KIOSKS]!
  t.match(request, {
    document: '{"operation":"reboot"}',
    tags: [{ Key: 'jobwright', Value: 'kiosk-fleet IotJob/kiosks:1.1' }],
  })
  const disk = previews(world().spec('ImportExportJob/disk'))['ImportExportJob/disk']!
  t.match(disk.request?.['Manifest'], /deviceId: "?ARCHIVE-0007"?\n[\s\S]*generator: .*ImportExportJob\/disk#1\.1/)
  const unmarked = previews(
    world()
      .spec(KIOSKS)
      .with({ isTagged: () => false }),
  )[KIOSKS]
  t.equal(unmarked?.request?.['tags'], undefined)
})

t.test('a secret is shown by the name of its variable', async (t) => {
  const request = {
    JobType: 'Import',
    Manifest: { manifestVersion: '2.0', deviceId: 'd', bucket: 'b', trueCryptPassword: { $env: 'DISK_PASSWORD' } },
  }
  const { request: shown } = previews(world().spec('ImportExportJob/disk', { request }))['ImportExportJob/disk']!
  t.match(shown?.['Manifest'], /trueCryptPassword:\n {2}"?\$env"?: DISK_PASSWORD\n/)
})

t.test('an action tells until when it is good', async (t) => {
  const goodUntil = (given: World, address: Address): string | undefined => previews(given)[address]?.goodUntil
  t.equal(goodUntil(world().spec(FINAL), FINAL), '2026-11-28T19:45:00Z', 'the start-over window of a harvest')
  t.equal(
    goodUntil(world().spec(KIOSKS, { policy: { expires: '2026-11-20T00:00:00Z' } }), KIOSKS),
    '2026-11-20T00:00:00Z',
  )
  t.equal(goodUntil(world().spec(KIOSKS), KIOSKS), undefined)
  const created = {
    stage: 'created',
    id: 'p',
    createdAt: '2026-11-15T08:00:00Z',
    condition: { type: 'Pending' },
  } as const
  t.match(goodUntil(world().spec(PRICES).record(PRICES, created), PRICES), /^2027-02-13T08:00/, 'AWS deletes it then')
})

t.test('a finished job is previewed only if asked for, and a removed spec from its record', async (t) => {
  const done = world().spec(KIOSKS).record(KIOSKS, DONE)
  t.equal(previews(done)[KIOSKS], undefined)
  t.match(previews(done, { full: true })[KIOSKS], { run: 1, request: { jobId: 'kiosks' } })
  const running = previews(world().spec(KIOSKS).record(KIOSKS))[KIOSKS]
  t.match(running, { account: SITE.account, request: undefined })
  const removed = previews(world().record(KIOSKS, DONE))[KIOSKS]
  t.match(removed, { target: undefined, region: SITE.region, request: REQUESTS['IotJob']! })
  t.match(
    previews(world().spec(KIOSKS).site(undefined).rules({ offline: true }))[KIOSKS],
    { account: undefined, consoleUrl: undefined },
    'offline nobody knows the account',
  )
})

t.test('the console is found by partition, where there is one', async (t) => {
  const url = (kind: string, facts: Partial<Site>): string | undefined => {
    const address = formatAddress(kind, 'night')
    return previews(
      world()
        .spec(address)
        .site({ ...SITE, ...facts }),
    )[address]?.consoleUrl
  }
  t.equal(url('IotJob', {}), 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub')
  t.equal(
    url('IotJob', { partition: 'aws-cn', region: 'cn-north-1' }),
    'https://cn-north-1.console.amazonaws.cn/iot/home?region=cn-north-1#/jobhub',
  )
  t.equal(
    url('IotJob', { partition: 'aws-us-gov', region: 'us-gov-west-1' }),
    'https://us-gov-west-1.console.amazonaws-us-gov.com/iot/home?region=us-gov-west-1#/jobhub',
  )
  t.equal(url('MediaPackageHarvestJob', { partition: 'aws-iso', region: 'us-iso-east-1' }), undefined)
  t.equal(url('IotJob', { endpoint: 'emulator' }), undefined, 'the emulator has none')
  t.match(url('DataExchangeJob', {}), /dataexchange\/home\?region=eu-west-1#\/data-sets\/a{32}$/)
  t.match(url('MediaPackageHarvestJob', {}), /\/mediapackage\/home\?region=eu-west-1$/)
  t.equal(url('PinpointExportJob', {}), undefined, 'closed with the service')
  t.equal(url('ImportExportJob', {}), undefined)
  t.equal(findConsoleHost('eusc-de-east-1'), undefined)
})

t.test('no preview changes the request that it shows', async (t) => {
  const freeze = (value: Json): Json => {
    if (isObject(value) || Array.isArray(value)) for (const inner of Object.values(value)) freeze(inner as Json)
    return Object.freeze(value)
  }
  for (const { kind, request } of MODELS) {
    const given = freeze(REQUESTS[kind]!)
    t.doesNotThrow(() => request.toInput(given as (typeof REQUESTS)[string], { id: 'x', marker: 'm' }), kind)
  }
})
