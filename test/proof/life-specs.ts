import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import type { JsonObject } from '../../src/model/json.ts'
import { CASES } from '../conformance/cases.ts'
import { write } from '../e2e/process.ts'

/** When it is for everybody in the repository below. */
export const START = '2026-03-02T09:00:00Z'
/** So long after that a poster may go up. */
const POSTER_AT = '2026-03-02T09:25:00Z'

export const STUDIO = '111122223333'
const DEPOT = '444455556666'

/** Profiles of both accounts: a key that ends in twelve digits belongs to that account. */
export const PROFILES = `[studio]
aws_access_key_id = AKIASTUDIO${STUDIO}
aws_secret_access_key = secret
[depot]
aws_access_key_id = AKIADEPOT${DEPOT}
aws_secret_access_key = secret
`

export const TARGETS = {
  defaultTarget: 'studio',
  targets: {
    studio: { region: 'eu-west-1', profile: 'studio', account: STUDIO },
    depot: { region: 'us-east-1', profile: 'depot', account: DEPOT },
  },
}

/** What a job waits for, and when it may go at the earliest. */
export type Order = { readonly after?: string; readonly notBefore?: string }

/** The order that the specs below declare, by address. */
export const ORDER: Readonly<Record<string, Order>> = {
  'DataExchangeJob/final-import': { after: 'MediaPackageHarvestJob/final' },
  'PinpointExportJob/readers': { after: 'DataExchangeJob/final-import' },
  'IotJob/announce': { after: 'PinpointExportJob/readers' },
  'IotJob/repair-lamps': { after: 'IotJob/lamps' },
  'IotJob/count-lamps': { after: 'IotJob/repair-lamps' },
  'IotJob/poster': { notBefore: POSTER_AT },
}

const studio = (thing: string): string => `arn:aws:iot:eu-west-1:${STUDIO}:${thing}`
const depot = (thing: string): string => `arn:aws:iot:us-east-1:${DEPOT}:${thing}`
const requestOf = (kind: string): JsonObject => CASES.find((one) => one.kind === kind)!.request(1)
const dataSet = { DataSetId: 'a'.repeat(32), RevisionId: 'b'.repeat(32) }

type Document = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly formerly?: string }
  readonly policy?: object
  readonly spec: JsonObject
}

const iot = (name: string, target: string, policy: object = {}, more: JsonObject = {}): Document => ({
  kind: 'IotJob',
  metadata: { name },
  policy,
  spec: { targets: [target], document: { operation: 'show', what: name }, ...more },
})

const disk = (name: string, deviceId: string, policy: object = {}): Document => ({
  kind: 'ImportExportJob',
  metadata: { name },
  policy,
  spec: { JobType: 'Import', Manifest: { ...(requestOf('ImportExportJob')['Manifest'] as JsonObject), deviceId } },
})

const exchange = (name: string, policy: object, Type: string, member: string, details: JsonObject): Document => ({
  kind: 'DataExchangeJob',
  metadata: { name },
  policy,
  spec: { Type, Details: { [member]: { ...dataSet, ...details } } },
})

const CONTINUOUS = { targetSelection: 'CONTINUOUS' }
const tags = (given: Readonly<Record<string, string>>) => Object.entries(given).map(([Key, Value]) => ({ Key, Value }))

/** The specs of the first commit. */
const FIRST: readonly Document[] = [
  {
    kind: 'MediaPackageHarvestJob',
    metadata: { name: 'final' },
    spec: {
      OriginEndpointId: 'live-hls',
      StartTime: '2026-03-01T19:45:00Z',
      EndTime: '2026-03-01T22:00:00Z',
      S3Destination: {
        BucketName: 'archive',
        ManifestKey: 'night/final.m3u8',
        RoleArn: `arn:aws:iam::${STUDIO}:role/night-shift`,
      },
    },
  },
  exchange(
    'final-import',
    { dependsOn: ['MediaPackageHarvestJob/final'], expires: '2026-12-31T00:00:00Z' },
    'IMPORT_ASSETS_FROM_S3',
    'ImportAssetsFromS3',
    { AssetSources: [{ Bucket: 'archive', Key: 'night/final.m3u8' }] },
  ),
  {
    kind: 'PinpointExportJob',
    metadata: { name: 'readers' },
    policy: { dependsOn: ['DataExchangeJob/final-import'] },
    spec: {
      ApplicationId: '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d',
      ExportJobRequest: { RoleArn: `arn:aws:iam::${STUDIO}:role/night-shift`, S3UrlPrefix: 's3://exports/readers/' },
    },
  },
  iot('announce', depot('thing/screen'), {
    target: 'depot',
    dependsOn: [{ job: 'PinpointExportJob/readers', when: 'finished' }],
  }),
  exchange('prices', { upload: '../prices.csv' }, 'IMPORT_ASSET_FROM_SIGNED_URL', 'ImportAssetFromSignedUrl', {
    AssetName: 'prices.csv',
  }),
  exchange('rates', { download: '../out/rates.json' }, 'EXPORT_ASSET_TO_SIGNED_URL', 'ExportAssetToSignedUrl', {
    AssetId: 'c'.repeat(32),
  }),
  disk('crate', 'crate-1'),
  disk('late-crate', 'lost-crate-2', { target: 'depot' }),
  iot('lamps', studio('thinggroup/faulty-lamps')),
  iot('repair-lamps', studio('thing/lamp-1'), { dependsOn: ['IotJob/lamps'] }),
  iot('count-lamps', studio('thing/lamp-2'), { dependsOn: ['IotJob/repair-lamps'] }),
  iot('poster', studio('thing/poster-1'), { notBefore: POSTER_AT }),
  iot('old-poster', studio('thing/poster-2'), { expires: '2026-03-01T00:00:00Z' }),
  iot('restart', studio('thing/kiosk-1')),
  iot('kiosks', studio('thing/kiosk-2')),
  iot('banner', studio('thinggroup/banners'), { onRemove: 'cancel' }, CONTINUOUS),
  iot('menu', studio('thinggroup/menus'), {}, CONTINUOUS),
  iot(
    'opening-hours',
    depot('thinggroup/doors'),
    { target: 'depot' },
    {
      ...CONTINUOUS,
      description: 'Winter',
      tags: tags({ season: 'winter', floor: '1', wing: 'east' }),
    },
  ),
]

const addressOf = ({ kind, metadata }: Document): string => `${kind}/${metadata.name}`

/** What the edits of the second commit make of the job in AWS, by address: what only they can have brought about. */
export const UPDATED: Readonly<Record<string, RegExp>> = {
  'IotJob/menu': /"targets":\[[^\]]*thinggroup\/menus"[^\]]*thinggroup\/menus-upstairs"\]/,
  'IotJob/opening-hours':
    /(?=.*"updated":\{"description":"Summer"\})(?=.*"tags":\{"season":"summer","floor":"1","jobwright":"[^"]*","roof":"open"\})/,
  'ImportExportJob/late-crate': /"updated":\{.*crate-2-of-3/,
}

const SPECS = { first: 'specs/first.yaml', lamps: 'specs/lamps.yaml', files: 'specs/files.yaml' }

/** Of the addresses, each in one file or another: a run is raised in a file of its own kind. */
function fileOf(document: Document): string {
  if (document.kind === 'DataExchangeJob') return SPECS.files
  return document.metadata.name.includes('lamps') ? SPECS.lamps : SPECS.first
}

function textOf(documents: readonly Document[]): string {
  return documents.map((document) => stringify({ apiVersion: 'jobwright/v1', ...document })).join('---\n')
}

function writeSpecs(root: string, documents: readonly Document[]): void {
  for (const file of Object.values(SPECS)) {
    write(root, { [file]: textOf(documents.filter((one) => fileOf(one) === file)) })
  }
}

/** Some megabytes that are other ones for each run. */
const prices = (run: number): string => `pump,litres,${run}\n`.repeat(200_000)

/** Writes what the first commit holds. */
export function firstCommit(root: string): void {
  write(root, { 'prices.csv': prices(1) })
  writeSpecs(root, FIRST)
}

/** The addresses whose run the second commit raises, by `jobwright rerun`. */
export const RAISED = ['IotJob/restart', 'IotJob/lamps', 'DataExchangeJob/prices']

/** Edits the files, as `jobwright rerun` left them, for the second commit. `raised`: addresses whose run is yet to be raised. */
export function secondCommit(root: string, raised: readonly string[]): void {
  write(root, { 'prices.csv': prices(2) })
  const now = Object.values(SPECS).flatMap((file) =>
    fs
      .readFileSync(path.join(root, file), 'utf8')
      .split(/^---\n/m)
      .map((text) => parse(text) as Document),
  )
  writeSpecs(
    root,
    now
      .map((one) => (raised.includes(addressOf(one)) ? { ...one, policy: { ...one.policy, run: 2 } } : one))
      .flatMap(edited),
  )
}

function edited(document: Document): Document[] {
  const { spec, metadata } = document
  const asked = (more: JsonObject): Document[] => [{ ...document, spec: { ...spec, ...more } }]
  switch (addressOf(document)) {
    case 'IotJob/banner':
    case 'IotJob/old-poster':
      return []
    case 'IotJob/kiosks':
      return [{ ...document, metadata: { ...metadata, name: 'ticket-desks', formerly: 'kiosks' } }]
    case 'IotJob/lamps':
      return asked({ targets: [studio('thinggroup/mended-lamps')] })
    case 'IotJob/menu':
      return asked({ targets: [studio('thinggroup/menus'), studio('thinggroup/menus-upstairs')] })
    case 'IotJob/opening-hours':
      return asked({ description: 'Summer', tags: tags({ season: 'summer', floor: '1', roof: 'open' }) })
    case 'ImportExportJob/late-crate':
      return [{ ...disk(metadata.name, 'crate-2-of-3'), ...(document.policy && { policy: document.policy }) }]
  }
  return [document]
}

/** The MD5, in Base64, and the length of what a run takes in. */
export function uploadOf(run: number): { readonly bytes: number; readonly md5: string } {
  const text = prices(run)
  return { bytes: text.length, md5: createHash('md5').update(text).digest('base64') }
}

/** The jobs of one address among all that were made, oldest first. */
export function marksOf(address: string): RegExp {
  const name = address.slice(address.indexOf('/') + 1)
  return MARKS[address] ?? new RegExp(`"(jobId|id)":"${name}(-r\\d+)?"`)
}

const MARKS: Readonly<Record<string, RegExp>> = {
  'DataExchangeJob/final-import': /"ImportAssetsFromS3"/,
  'DataExchangeJob/prices': /"ImportAssetFromSignedUrl"/,
  'DataExchangeJob/rates': /"ExportAssetToSignedUrl"/,
  'PinpointExportJob/readers': /exports\/readers/,
  'ImportExportJob/crate': /"Manifest":"[^"]*(\\"[^"]*)*crate-1/,
  'ImportExportJob/late-crate': /"Manifest":"[^"]*(\\"[^"]*)*lost-crate-2/,
}

/** The accounts of the addresses that are not in the studio's. */
export const ELSEWHERE: Readonly<Record<string, string>> = Object.fromEntries(
  ['IotJob/announce', 'IotJob/opening-hours', 'ImportExportJob/late-crate'].map((address) => [address, DEPOT]),
)

/** Every address that ever stood in the repository. */
export const ADDRESSES: readonly string[] = FIRST.map(addressOf)

/** Where the records of an address are after the second commit. */
export function nowAt(address: string): string {
  return address === 'IotJob/kiosks' ? 'IotJob/ticket-desks' : address
}

/** How many jobs an address has had, once all is over. */
export function runsOf(address: string): number {
  if (address === 'IotJob/old-poster') return 0
  return RAISED.includes(address) ? 2 : 1
}
