import fs from 'node:fs'
import t from 'tap'
import { readConfigText } from '../../src/documents/config-text.ts'
import { findClosestWord, measureDistance } from '../../src/documents/hints/suggest.ts'
import { type ReaderInput, readSpecs, type Specs } from '../../src/documents/specs.ts'
import { MODELS } from '../../src/kinds/index.ts'
import { CODES } from '../../src/model/codes.ts'
import type { Config } from '../../src/model/config.ts'
import { DEFAULT_CONFIG } from '../../src/model/default-config.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { advise } from '../../src/model/remedy.ts'
import { formatHint } from '../../src/report/remedies.ts'

const schemas = (file: string): JsonObject =>
  JSON.parse(fs.readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8')) as JsonObject

/** The one caller of the room: file name -> text, or one text. */
function read(files: string | Record<string, string>, more: Partial<ReaderInput> = {}): Specs {
  const all = typeof files === 'string' ? { 'a.yaml': files } : files
  return readSpecs(new Map(Object.entries(all)), {
    kinds: MODELS,
    schemas,
    include: () => ({ problem: { message: 'there is no such file', remedies: [advise('make it')] } }),
    ...more,
  })
}

const problems = (specs: Specs): string[] =>
  specs.diagnostics.map(
    ({ code, place, message }) => `${code} ${place?.line}:${place?.column}-${place?.endColumn} ${message}`,
  )

const seen = new Set<string>()
const note = (specs: Specs): Specs => {
  for (const { code } of specs.diagnostics) seen.add(code)
  return specs
}

const iot = (spec: string, metadata = 'name: reboot', policy = '') =>
  `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { ${metadata} }\npolicy: { ${policy} }\nspec:\n${spec}\n`
const GROUP = 'arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks'
const SOUND = `  targets: [ "${GROUP}" ]\n  document: { operation: reboot }`
const pinpoint = (name: string, prefix: string, policy = '') => `apiVersion: jobwright/v1
kind: PinpointExportJob
metadata: { name: ${name} }
policy: { ${policy} }
spec:
  ApplicationId: readers
  ExportJobRequest: { RoleArn: "arn:aws:iam::123456789012:role/export", S3UrlPrefix: "${prefix}" }
`
const disk = (manifest: string, more = '') => `apiVersion: jobwright/v1
kind: ImportExportJob
metadata: { name: archive }
spec:
  JobType: Import
${more}  Manifest:${manifest}
`
const MANIFEST = `
    manifestVersion: "2.0"
    deviceId: ARCHIVE-0007
    eraseDevice: yes
    bucket: football-archive
    returnAddress: { name: A. Keeper, street1: 1 Dock Road, city: Hull, postalCode: "02134", phoneNumber: "1", stateOrProvince: NO, country: DE }`

t.test('a valid document becomes a spec with defaults and no other change', async (t) => {
  const { specs, diagnostics, complete, blocked } = read(
    `# a comment\n---\n${iot(SOUND, 'name: reboot, labels: { team: kiosk }', 'run: 2, success: { maxFailedPercent: 2.5 }')}`,
  )
  t.strictSame(diagnostics, [])
  t.strictSame(blocked, [])
  t.equal(complete, true)
  t.strictSame(JSON.parse(JSON.stringify(specs)), [
    {
      address: 'IotJob/reboot',
      kind: 'IotJob',
      name: 'reboot',
      labels: { team: 'kiosk' },
      policy: { run: 2, hold: false, adopt: false, allowIdentical: false, maxFailedPercent: 2.5 },
      request: { targets: [GROUP], document: { operation: 'reboot' } },
      files: ['a.yaml'],
      place: { file: 'a.yaml', line: 3, column: 1, endLine: 3, endColumn: 2 },
      index: 0,
    },
  ])
})

t.test('values are not read as YAML 1.1', async (t) => {
  const { specs, diagnostics } = read(
    iot(
      `  targets: [ "${GROUP}" ]\n  document: { a: "yes", b: 2026-11-14, c: 1:30:00, d: 1.1, e: 31, f: null, g: "012", __x: 'off' }`,
    ),
  )
  t.strictSame(diagnostics, [])
  const document = { a: 'yes', b: '2026-11-14', c: '1:30:00', d: 1.1, e: 31, f: null, g: '012', __x: 'off' }
  t.strictSame(specs[0]?.request['document'], document)
})

/** What a document may hold without quotes -> what would be sent in its place. */
const LOST: Readonly<Record<string, string | undefined>> = {
  '3.10': '3.1',
  '4.0': '4',
  '9417e12': undefined,
  '9417e9': '9417000000000',
  '0x1F': '31',
  '0o17': '15',
  '+1': '1',
  '-0': '0',
  '.5': '0.5',
  '5.': '5',
  '1e3': '1000',
  '1E+3': '1000',
  '0.0000001': '1e-7',
  True: 'true',
  FALSE: 'false',
  '~': 'null',
  NULL: 'null',
  '010': undefined,
  '.inf': undefined,
  '.NaN': undefined,
  '9007199254740993': undefined,
}
const KEPT = ['1', '-7', '3.1', '0', '1e-7', 'true', 'null', '2026-11-28', '12:30:45', '1.2.3', '"3.10"', "'~'"]

t.test('a value that would be sent differently from how it is written must be quoted', async (t) => {
  const target = `  targets: [ "${GROUP}" ]\n`
  for (const [written, sent] of Object.entries(LOST)) {
    for (const document of [`{ a: ${written} }`, `{ a: [ x, { b: ${written} } ] }`, `\n    a:\n    - ${written}`]) {
      const { diagnostics, specs } = note(read(iot(`${target}  document: ${document}`)))
      t.match(diagnostics, [{ code: 'SPEC_NUMBER', severity: 'error' }], document)
      t.equal(diagnostics.length, 1, document)
      t.equal(specs.length, 0, document)
      const way = sent === undefined ? '' : `; or write ${sent}, if the text does not matter`
      t.equal(formatHint(diagnostics[0]?.remedies), `quote it: "${written}"${way}`)
      for (const fixed of [JSON.stringify(written), ...(sent === undefined ? [] : [sent])])
        t.strictSame(read(iot(`${target}  document: ${document.replace(written, fixed)}`)).diagnostics, [], fixed)
    }
  }
  for (const written of KEPT) t.strictSame(read(iot(`${target}  document: { a: ${written} }`)).diagnostics, [], written)
  const keys = read(iot(`${target}  document: { 3.10: a, 0x1F: b, ~: c }`))
  t.strictSame(keys.specs[0]?.request['document'], { '3.10': 'a', '0x1F': 'b', '~': 'c' }, 'keys are text')
})

t.test('an alias keeps its text, and a value that it repeats is reported', async (t) => {
  const { diagnostics } = read(
    iot(
      `  targets: [ "${GROUP}" ]\n  description: &d "3.10"\n  document: { a: *d, b: &x 4.0, c: *x, d: &y 010, e: *y }`,
    ),
  )
  t.strictSame(
    diagnostics.map(({ code, pointer, message }) => [code, pointer, message]),
    [
      ['SPEC_NUMBER', '/spec/document/b', '4.0 would be sent as the number 4'],
      ['SPEC_NUMBER', '/spec/document/c', '4.0 would be sent as the number 4'],
      ['SPEC_NUMBER', undefined, '010 would be read as the number 10'],
    ],
  )
})

t.test('JSON text of a document is checked like YAML, at its line, in a file too', async (t) => {
  const text = '{\n  "version": 3.10,\n  "a": { "b": 1, "\\u0062": 2 },\n  "id": 9007199254740993\n}'
  const block = read(iot(`  targets: [ "${GROUP}" ]\n  document: |\n    ${text.replaceAll('\n', '\n    ')}`))
  const seen = ['SPEC_NUMBER 2:14 3.10', 'SPEC_DUPLICATE_KEY 3:18 b', 'SPEC_NUMBER 4:9 9007199254740993']
  const short = (specs: Specs, shift = [0, 0]) =>
    specs.diagnostics.map(({ code, place, related, message }) => {
      const { line, column } = related?.[0]?.place ?? place!
      return `${code} ${line - shift[0]!}:${column - shift[1]!} ${/(?:read|key) (\S+)/.exec(message)?.[1]}`
    })
  t.strictSame(short(block, [7, 4]), seen, 'in a block, each at its own line')
  const options: Partial<ReaderInput> = { include: () => ({ text, file: 'documents/a.json' }) }
  const file = read(iot(`  targets: [ "${GROUP}" ]\n  document: { $file: documents/a.json }`), options)
  t.strictSame(short(file), seen, 'in a file, which is named')
  t.match(file.diagnostics[0], {
    message: 'line 2, column 14 of documents/a.json: devices read 3.10 as the number 3.1',
    place: { file: 'a.yaml' },
    related: [{ place: { file: 'documents/a.json', line: 2 } }],
  })
  const bad = (text: string) =>
    read(iot(`  targets: [ "${GROUP}" ]\n  document: { $file: d }`), { include: () => ({ text, file: 'd' }) })
      .diagnostics[0]
  t.match(bad('\ufeff{}')?.message, /line 1, column 1 of d: it starts with a byte order mark/)
  t.match(bad('{\n "a": tru\n}')?.message, /line 2, column 7 of d: unexpected token tru/)
  t.match(formatHint(bad('version: 3\n')?.remedies), /looks like YAML/)
  const indented = read(iot(`  targets: [ "${GROUP}" ]\n  document: |2 # two\n      {\n        "a": 1,\n      }`))
  t.match(indented.diagnostics, [{ code: 'SPEC_DOCUMENT_NOT_JSON', place: { line: 10, column: 7 } }])
})

t.test('a text that looks like a template gets a warning, except placeholders of AWS', async (t) => {
  const warned = (spec: string) =>
    note(read(iot(`  targets: [ "${GROUP}" ]\n${spec}`))).diagnostics.map(
      ({ code, severity, message }) => `${severity} ${code} ${message.split(' is sent')[0]}`,
    )
  const all = ['{{ date }}', '${{ github.sha }}', '{% if a %}', '<%= name %>', '${VERSION}', '${env.HOME}']
  for (const text of all) {
    const expected = [`warning SPEC_TEMPLATE ${text}`]
    t.strictSame(warned(`  description: 'of ${text}.'\n  document: {}`), expected, text)
    t.strictSame(warned(`  document: { a: [ 'of ${text}.' ] }`), expected, text)
    t.strictSame(warned(`  document: |\n    { "a": "${text}" }`), expected, text)
  }
  t.strictSame(warned(`  description: $(date)\n  document: {}`), ['warning SPEC_TEMPLATE $(date)'])
  const role = '  presignedUrlConfig: { roleArn: "arn:aws:iam::123456789012:role/sign" }\n'
  for (const text of ['${aws:iot:s3-presigned-url:https://s3.eu-west-1.amazonaws.com/b/k}', '$(date)', '{ a }', '$5'])
    t.strictSame(warned(`${role}  document: { a: '${text}' }`), [], text)
  t.match(
    read(iot(`  targets: [ "${GROUP}" ]\n  description: {{ date }}\n  document: {}`)).diagnostics,
    [{ code: 'SPEC_SYNTAX', message: /looks like a template/ }],
    'without quotes it is no YAML',
  )
})

/** Members of `aws iot create-job --generate-cli-skeleton`, as version 1.45 prints them. */
const SKELETON = `{
  "jobId": "", "targets": [""], "documentSource": "", "document": "", "description": "",
  "presignedUrlConfig": { "roleArn": "", "expiresInSec": 0 },
  "targetSelection": "CONTINUOUS",
  "jobExecutionsRolloutConfig": { "maximumPerMinute": 0, "exponentialRate": { "baseRatePerMinute": 0,
    "incrementFactor": 0.0, "rateIncreaseCriteria": { "numberOfNotifiedThings": 0, "numberOfSucceededThings": 0 } } },
  "abortConfig": { "criteriaList": [ { "failureType": "REJECTED", "action": "CANCEL",
    "thresholdPercentage": 0.0, "minNumberOfExecutedThings": 0 } ] },
  "timeoutConfig": { "inProgressTimeoutInMinutes": 0 },
  "tags": [ { "Key": "", "Value": "" } ],
  "jobExecutionsRetryConfig": { "criteriaList": [ { "failureType": "TIMED_OUT", "numberOfRetries": 0 } ] },
  "documentParameters": { "KeyName": "" },
  "schedulingConfig": { "startTime": "", "endTime": "", "endBehavior": "STOP_ROLLOUT",
    "maintenanceWindows": [ { "startTime": "", "durationInMinutes": 0 } ] },
  "destinationPackageVersions": [""] }`

t.test(
  'a pasted skeleton of the AWS CLI says once that empty members are to be left out, and what remains',
  async (t) => {
    const paste = (text: string) =>
      note(read(iot(`  ${text.replaceAll('\n', '\n  ')}`))).diagnostics.map(({ code, message, remedies }) => ({
        code,
        message,
        hint: formatHint(remedies),
      }))
    const said = paste(SKELETON)
    t.match(said, [
      {
        code: 'SPEC_SKELETON',
        message: /^13 members are empty/,
        hint: 'without them: { targetSelection: CONTINUOUS }; or start with the required members: jobwright new IotJob NAME',
      },
      { code: 'SPEC_MISSING_MEMBER', message: 'spec lacks targets' },
      { code: 'SPEC_MISSING_MEMBER', message: 'spec lacks document' },
    ])
    t.equal(said.length, 3)
    const filled = SKELETON.replace('[""]', `["${GROUP}"]`)
      .replace('"document": ""', '"document": "{}"')
      .replace('"TIMED_OUT", "numberOfRetries": 0', '"FAILED", "numberOfRetries": 2')
    const [one, ...others] = paste(filled)
    t.strictSame(others, [], 'one that is filled in lacks nothing')
    const remains = /without them: (.*); or start/.exec(one?.hint ?? '')?.[1]
    t.match(remains, /numberOfRetries: 2/)
    t.strictSame(paste(remains ?? ''), [], 'and what remains is sound')
    const tags = ['a', 'b', 'c', 'd'].map((key) => `{ Key: ${key}, Value: "" }`)
    t.match(
      read(iot(`${SOUND}\n  tags: [ ${tags.join(', ')} ]\n  targetSelection: ALL`)).diagnostics,
      [{ code: 'SPEC_ENUM' }],
      'tags may be empty',
    )
  },
)

t.test('a dependency that is not an address suggests the spec that is meant', async (t) => {
  const waiting = (job: string) =>
    read(
      `${iot(SOUND, 'name: waiting', `dependsOn: [ ${job} ]`)}---\n${iot(SOUND, 'name: reboot')}---\n${pinpoint('export', 's3://a/b/')}`,
    ).diagnostics
  for (const [job, meant] of [
    ['reboot', 'IotJob/reboot'],
    ['{ job: reboot }', 'IotJob/reboot'],
    ['rebot', 'IotJob/reboot'],
    ['export', 'PinpointExportJob/export'],
    ['Pinpoint/export', 'PinpointExportJob/export'],
    ['iotjob/reboot', 'IotJob/reboot'],
  ] as const)
    t.match(formatHint(waiting(job)[0]?.remedies), new RegExp(`^did you mean ${meant}\\?`), job)
  t.match(formatHint(waiting('nothing-like-it')[0]?.remedies), /^a dependency is written Kind\/name/)
})

t.test("a tag's hint fits the API that it stands in", async (t) => {
  const hint = (tags: string) =>
    read(iot(`${SOUND}\n  tags: ${tags}`)).diagnostics.map((one) => formatHint(one.remedies))
  t.strictSame(hint('[ { key: env } ]'), ['did you mean Key? members of a tag begin with a capital letter'])
  t.strictSame(hint('{ env: prod }'), ['make it a list, with one line for each: - { Key: env, Value: prod }'])
  t.strictSame(hint('{ env: 3.10 }'), ['make it a list, with one line for each: - { Key: env, Value: "3.10" }'])
  t.strictSame(hint('[ env=prod ]'), ['write it as { Key: env, Value: prod }'])
  t.strictSame(hint('[ { env: prod } ]'), ['write it as { Key: env, Value: prod }'])
  t.strictSame(hint('[ { Name: env, Value: prod } ]'), ['did you mean Key?'])
  t.strictSame(hint('[ [ env, "yes" ] ]'), ['write it as { Key: env, Value: yes }'])
  t.strictSame(hint('env'), ['make it a list: - { Key: env, Value: "" }'])
})

t.test('errors block a spec, warnings do not', async (t) => {
  const { blocked } = read(iot(`  targets: [ lamp ]\n  document: { a: yes, b: "{{ date }}" }`))
  t.strictSame(
    blocked.map(({ codes }) => codes),
    [['SPEC_PATTERN']],
  )
})

t.test("yes and no of a manifest are taken as AWS's guide writes them, with a capital too", async (t) => {
  for (const word of ['yes', 'no', 'Yes', 'No', '"Yes"']) {
    const { diagnostics, specs } = read(disk(MANIFEST.replace('eraseDevice: yes', `eraseDevice: ${word}`)))
    t.strictSame(diagnostics, [], word)
    t.match(specs[0]?.request, { Manifest: { eraseDevice: word.replaceAll('"', '') } })
  }
  const [other] = read(disk(MANIFEST.replace('eraseDevice: yes', 'eraseDevice: ja'))).diagnostics
  t.match(other, { code: 'SPEC_ENUM' })
})

t.test('"quote it" is offered only where the quoted text would do', async (t) => {
  const data = (more: string) => `apiVersion: jobwright/v1
kind: DataExchangeJob
metadata: { name: a }
spec:
  Type: EXPORT_ASSET_TO_SIGNED_URL
  Details: { ExportAssetToSignedUrl: { AssetId: ${'a'.repeat(32)}, DataSetId: ${'b'.repeat(32)}, RevisionId: ${more} } }
`
  const id = 'ID given by AWS Data Exchange'
  const cases: readonly (readonly [text: string, code: string, hint: RegExp])[] = [
    [data('1e3'), 'SPEC_TYPE', new RegExp(`^${id}`)],
    [data('0123'), 'SPEC_PATTERN', new RegExp(`^${id}`)],
    [data('12345678901234567890123456789012'), 'SPEC_NUMBER', /^quote it/],
    [iot(SOUND, 'name: reboot', 'run: 010'), 'SPEC_NUMBER', /^write 10$/],
    [iot(SOUND, 'name: reboot', 'run: .inf'), 'SPEC_NUMBER', /^write a whole number$/],
    [iot(SOUND, 'name: reboot', 'notBefore: 2026'), 'SPEC_TYPE', /ISO 8601/],
    [iot(SOUND, 'name: 010'), 'SPEC_NUMBER', /^quote it: "010"$/],
    [iot(SOUND, 'name: reboot, labels: { a: NULL }'), 'SPEC_TYPE', /^quote it: "NULL"$/],
    [iot(SOUND, 'name: reboot, labels: { a: }'), 'SPEC_TYPE', /^write text$/],
    [iot(`  targets: [ 123456789012 ]\n  document: {}`), 'SPEC_TYPE', /^write the whole ARN/],
    [iot(`${SOUND}\n  tags: [ { Key: a, Value: 3.10 } ]`), 'SPEC_TYPE', /^quote it: "3.10"$/],
    [disk(MANIFEST.replace('"2.0"', '4.0')), 'SPEC_TYPE', /^(did you mean "|allowed are )[23]\.0/],
  ]
  for (const [text, code, hint] of cases) {
    const { diagnostics } = read(text)
    t.match(diagnostics, [{ code }], text)
    t.match(formatHint(diagnostics[0]?.remedies), hint, text)
  }
})

t.test('aliases repeat values; a later anchor of the same name takes over', async (t) => {
  const { specs, diagnostics } = read(
    iot(`  targets: [ "${GROUP}" ]\n  document: { a: &x { n: 1 }, b: *x, c: &x two, d: *x, e: &l [ *x ], f: *l }`),
  )
  t.strictSame(diagnostics, [])
  t.strictSame(specs[0]?.request['document'], { a: { n: 1 }, b: { n: 1 }, c: 'two', d: 'two', e: ['two'], f: ['two'] })
})

const cases: Record<string, [text: string, ...expected: string[]]> = {
  'a missing space': [
    'kind:IotJob\nmetadata: {}\n',
    'SPEC_SYNTAX 1:1-9 this is no member: a colon, or the space after it, is missing',
  ],
  'an unclosed quote, where it opens': [
    'kind: "IotJob\nmetadata: { name: a }\nspec: {}\n',
    'SPEC_SYNTAX 1:7-8 the quote that opens here is not closed',
  ],
  'a missing space below a member': [
    `apiVersion: jobwright/v1\nkind: IotJob\nmetadata:\n  name:a\nspec:\n${SOUND}`,
    'SPEC_TYPE 4:3-9 metadata must be a mapping, not the text "name:a"',
  ],
  'tabs, a line each': [
    'kind: IotJob\nmetadata:\n\tname: a\nspec:\n\tx: 1\n',
    'SPEC_SYNTAX 3:1-2 the line is indented by a tab',
    'SPEC_SYNTAX 5:1-2 the line is indented by a tab',
  ],
  'an unclosed list': [
    'kind: [IotJob\nmetadata: {}\n',
    'SPEC_SYNTAX 2:1-2 the indentation does not fit the lines above',
  ],
  'an alias of nothing': ['kind: *job\n', 'SPEC_ALIAS 1:7-11 the alias *job repeats nothing'],
  'YAML 1.1': [
    '%YAML 1.1\n---\nkind: IotJob\n',
    'SPEC_YAML_VERSION 1:1-2 the file asks for YAML 1.1, in which yes and no are no text',
  ],
  'a tag': ['kind: !!str IotJob\n', 'SPEC_TAG 1:7-12 the value has a YAML tag'],
  'a merge key': [iot(`${SOUND}\n  <<: { a: 1 }`), 'SPEC_MERGE_KEY 8:3-5 merge keys (<<) are not read'],
  'an alias of itself': [
    iot('  document: &d { d: *d }'),
    'SPEC_ALIAS 6:21-23 the alias *d is inside the value that it repeats',
  ],
  'a key twice': [iot(`${SOUND}\n  targets: []`), 'SPEC_DUPLICATE_KEY 8:3-10 the key targets is twice in this mapping'],
  'a reserved key': [
    iot(`  targets: [ "${GROUP}" ]\n  document: { __proto__: { a: 1 } }`),
    'SPEC_RESERVED_KEY 7:15-24 the key __proto__ is reserved',
  ],
  'a list as a key': ['? [a]\n: 1\n', 'SPEC_SYNTAX 1:3-4 the key is no text'],
  'a control character': [
    'kind: Iot\x1bJob\n',
    'SPEC_CONTROL_CHARACTER 1:10-11 the control character U+001B is in the text',
  ],
  'a control character as an escape': [
    iot(`${SOUND}\n  description: "a\\e[2Jb"`),
    'SPEC_CONTROL_CHARACTER 8:16-25 the text holds a control character as an escape',
  ],
  'a leading zero, an overlong number, infinity': [
    iot(
      `  targets: [ "${GROUP}" ]\n  document: { a: 012345678901, b: 12345678901234567890, c: .inf, d: 0.12345678901234567 }`,
    ),
    'SPEC_NUMBER 7:18-30 012345678901 would be read as the number 12345678901',
    'SPEC_NUMBER 7:35-55 12345678901234567890 would be read as the number 12345678901234567000',
    'SPEC_NUMBER 7:60-64 .inf is no number that JSON has',
    'SPEC_NUMBER 7:69-88 0.12345678901234567 would be read as the number 0.12345678901234566',
  ],
  'a list for a document': ['- kind: IotJob\n', 'SPEC_NOT_A_SPEC 1:1-2 the document is a list, not a mapping'],
  'an unknown kind, and what else is wrong with it': [
    'kind: iotjob\nmetadata: { name: a }\nspec: {}\n',
    'SPEC_MISSING_MEMBER 1:1-5 the document lacks apiVersion',
    'SPEC_UNKNOWN_KIND 1:7-13 there is no kind iotjob',
  ],
  'an unknown member at each level': [
    `${iot(SOUND, 'name: reboot, lables: {}')}polcy: {}\n`,
    'SPEC_UNKNOWN_MEMBER 3:27-33 lables is no member of metadata',
    'SPEC_UNKNOWN_MEMBER 8:1-6 polcy is no member of the document',
  ],
  'a required member, misspelt: one fault': [
    iot(`  tragets: [ "${GROUP}" ]\n  document: {}`),
    'SPEC_UNKNOWN_MEMBER 6:3-10 tragets is no member of spec',
  ],
  'missing members, at the key of what lacks them': [
    iot('  document: {}\n  abortConfig: { criteriaList: [ { action: CANCEL } ] }'),
    'SPEC_MISSING_MEMBER 5:1-5 spec lacks targets',
    'SPEC_MISSING_MEMBER 7:34-52 criteriaList[0] lacks failureType',
    'SPEC_MISSING_MEMBER 7:34-52 criteriaList[0] lacks thresholdPercentage',
    'SPEC_MISSING_MEMBER 7:34-52 criteriaList[0] lacks minNumberOfExecutedThings',
  ],
  'a number for text': [
    iot(`${SOUND}\n  description: 123456789012`),
    'SPEC_TYPE 8:16-28 description must be text, not the number 123456789012',
  ],
  'nothing for a list': [iot('  targets:\n  document: {}'), 'SPEC_TYPE 6:3-10 targets is empty; it must be a list'],
  'text for a list': [
    iot(`  targets: ${GROUP}\n  document: {}`),
    `SPEC_TYPE 6:12-64 targets must be a list, not the text "${GROUP}"`,
  ],
  'a word that is not allowed': [
    iot(`${SOUND}\n  targetSelection: CONTINUOS`),
    'SPEC_ENUM 8:20-29 targetSelection cannot be "CONTINUOS"',
  ],
  'another version': [iot(SOUND).replace('jobwright/v1', 'v1'), 'SPEC_CONST 1:13-15 apiVersion cannot be "v1"'],
  'a form, a length, a range, a count': [
    iot(
      `  jobId: "bad id!"\n  targets: []\n  document: {}\n  description: "${'x'.repeat(2029)}"\n  timeoutConfig: { inProgressTimeoutInMinutes: 0 }`,
    ),
    'SPEC_PATTERN 6:10-19 jobId cannot be "bad id!"',
    'SPEC_ITEMS 7:12-14 targets has 0 items',
    'SPEC_LENGTH 9:16-2047 description has 2,029 characters',
    'SPEC_RANGE 10:48-49 timeoutConfig.inProgressTimeoutInMinutes is 0',
  ],
  'a member that another excludes': [
    iot(`${SOUND}\n  documentSource: https://s3.eu-west-1.amazonaws.com/kiosk/job.json`),
    'SPEC_RULE 8:3-17 documentSource cannot be given here',
  ],
  'a member that needs another': [
    pinpoint('weekly', 's3://news/').replace('/" }', '/", SegmentVersion: 2 }'),
    'SPEC_MISSING_MEMBER 7:3-19 ExportJobRequest has SegmentVersion, but lacks SegmentId',
  ],
  'no date': [
    `apiVersion: jobwright/v1\nkind: MediaPackageHarvestJob\nmetadata: { name: cup }\nspec:\n  originEndpointId: live\n  StartTime: yesterday\n  EndTime: 2026-11-14T22:00:00Z\n  S3Destination: { BucketName: vod, ManifestKey: a, RoleArn: "arn:aws:iam::123456789012:role/h" }\n`,
    'SPEC_UNKNOWN_MEMBER 5:3-19 originEndpointId is no member of spec',
    'SPEC_FORMAT 6:14-23 StartTime cannot be "yesterday"',
  ],
  'a rule of the kind': [
    disk(MANIFEST, '  ManifestAddendum: x\n'),
    'SPEC_INTERNAL_MEMBER 6:21-22 ManifestAddendum is for use inside AWS',
  ],
  'a secret that is written out': [
    disk(`${MANIFEST}\n    pinCode: "99887766"\n    trueCryptPassword: { $env: hunter2 }`),
    'SPEC_SECRET 12:5-12 pinCode is a secret and must not be in a spec',
    'SPEC_SECRET 13:5-22 trueCryptPassword is a secret and must not be in a spec',
  ],
  'a secret in another case, which AWS would take for a field of its own': [
    disk(`${MANIFEST}\n    PinCode: { $env: DISK_PIN }`),
    'SPEC_SECRET 12:5-12 PinCode is a secret and must not be in a spec',
  ],
  'a secret in a text': [
    disk(' |\n    manifestVersion:2.0\n    deviceId: A\n    eraseDevice: yes\n    bucket: abc\n    pinCode: 99887766'),
    'SPEC_MISSING_MEMBER 6:3-11 Manifest lacks returnAddress',
    'SPEC_SECRET 6:3-11 pinCode is a secret and must not be in a spec',
  ],
  'the manifest line that is ours': [
    disk(`${MANIFEST}\n    generator: me`),
    'SPEC_RULE 12:5-14 Manifest.generator cannot be given here',
  ],
  'a manifest text that is no mapping': [disk(' just text'), 'SPEC_MANIFEST 6:3-11 the text of Manifest is no mapping'],
  'a manifest text that is no YAML': [
    disk(' |\n    deviceId: "A\n    x: 1'),
    'SPEC_MANIFEST 6:3-11 line 1 of the text of Manifest: the quote that opens here is not closed',
  ],
  'a cancel of what nobody can cancel': [
    pinpoint('readers', 's3://exports/readers/', 'onRemove: cancel'),
    'SPEC_CANNOT_CANCEL 4:21-27 Amazon Pinpoint has no call that cancels a job',
  ],
  'a file that is not there': [
    iot(`  targets: [ "${GROUP}" ]\n  document: { $file: ../reboot.json }`),
    'SPEC_FILE 7:22-36 there is no such file',
  ],
}
for (const [name, [text, ...expected]] of Object.entries(cases)) {
  t.test(`shown at its place: ${name}`, async (t) => {
    const read_ = note(read(text))
    t.strictSame(problems(read_), expected)
    t.strictSame(read_.specs, [], 'no spec comes of it')
    for (const one of read_.diagnostics) t.ok(formatHint(one.remedies), 'it says what to do')
  })
}

/** Rules between members, as each stands in a file: text, then code, place and severity of each diagnostic. */
const RATES =
  'jobExecutionsRolloutConfig: { exponentialRate: { baseRatePerMinute: 1, incrementFactor: 1.25, rateIncreaseCriteria: { numberOfNotifiedThings: 1 } } }'
const exchange = (type: string, details: string) =>
  `apiVersion: jobwright/v1\nkind: DataExchangeJob\nmetadata: { name: prices }\nspec:\n  Type: ${type}\n  Details:\n${details}\n`
const ID = '3b9e1c7f5a2d4e8896c0b1a7d3f25e60'
const harvest = (name: string, start: string, end: string, more = '') => `apiVersion: jobwright/v1
kind: MediaPackageHarvestJob
metadata: { name: ${name} }
policy: { ${more} }
spec:
  OriginEndpointId: live
  StartTime: ${start}
  EndTime: ${end}
  S3Destination: { BucketName: vod, ManifestKey: a.m3u8, RoleArn: "arn:aws:iam::123456789012:role/h" }
`
const rules: Record<string, [text: string, ...expected: string[]]> = {
  'text that is no JSON': [iot(`  targets: [ "${GROUP}" ]\n  document: reboot`), 'error SPEC_DOCUMENT_NOT_JSON 7:13'],
  'a document that is too large': [
    iot(`  targets: [ "${GROUP}" ]\n  document: { a: ${'x'.repeat(33_000)} }`),
    'error SPEC_DOCUMENT_SIZE 7:13',
  ],
  'presigned URLs without a role': [
    iot(
      `  targets: [ "${GROUP}" ]\n  document: { url: "\${aws:iot:s3-presigned-url-v2:https://s3.amazonaws.com/b/k}" }`,
    ),
    'error SPEC_PRESIGNED_ROLE 7:13',
  ],
  "parameters of one's own template": [
    iot(
      `  targets: [ "${GROUP}" ]\n  jobTemplateArn: arn:aws:iot:eu-west-1:123456789012:jobtemplate/reboot\n  documentParameters: { a: b }`,
    ),
    'error SPEC_TEMPLATE_PARAMETERS 8:23',
  ],
  'too many retries, of what is counted twice, and never happens': [
    iot(
      `${SOUND}\n  jobExecutionsRetryConfig:\n    criteriaList:\n      - { failureType: TIMED_OUT, numberOfRetries: 6 }\n      - { failureType: TIMED_OUT, numberOfRetries: 5 }`,
    ),
    'error SPEC_RETRIES_TOTAL 10:7',
    'error SPEC_RETRY_TIMEOUT 10:9',
    'error SPEC_RETRIES_OVERLAP 11:9',
  ],
  'a retry rule for all beside another: a doubt, not an error': [
    iot(
      `${SOUND}\n  jobExecutionsRetryConfig:\n    criteriaList:\n      - { failureType: ALL, numberOfRetries: 6 }\n      - { failureType: FAILED, numberOfRetries: 1 }`,
    ),
    'warning SPEC_RETRIES_OVERLAP 11:9',
  ],
  'digits after the point': [iot(`${SOUND}\n  ${RATES}`), 'error SPEC_DECIMALS 8:91'],
  'a schedule that ends too soon': [
    iot(`${SOUND}\n  schedulingConfig:\n    startTime: 2026-12-01 02:00\n    endTime: 2026-12-01 02:29`),
    'error SPEC_SCHEDULE_WINDOW 10:14',
  ],
  'a day that does not exist': [
    iot(`${SOUND}\n  schedulingConfig:\n    startTime: 2027-02-29 02:00`),
    'error SPEC_NO_SUCH_DAY 9:16',
  ],
  'a tag twice': [
    iot(`${SOUND}\n  tags: [ { Key: a, Value: "1" }, { Key: a, Value: "2" } ]`),
    'error SPEC_TAG_KEY 8:42',
  ],
  'words of older YAML in a document, unquoted': [
    iot(
      `  targets: [ "${GROUP}" ]\n  document:\n    reboot: yes\n    text: "yes"\n    also: 'no'\n    size: [ 10_000, 1000 ]\n    word: yes please`,
    ),
    'warning SPEC_YAML_1_1 8:13',
    'warning SPEC_YAML_1_1 11:13',
  ],
  'a harvest that ends before it begins': [
    harvest('cup', '2026-11-14T22:00:00Z', '2026-11-14T20:00:00Z'),
    'error SPEC_WINDOW_ORDER 8:12',
  ],
  'a harvest of more than a day': [
    harvest('cup', '2026-11-14T22:00:00Z', '2026-11-16T20:00:00Z'),
    'error SPEC_WINDOW_LENGTH 8:12',
  ],
  'a harvest that nobody can cancel': [
    harvest('cup', '2026-11-14T20:00:00Z', '2026-11-14T22:00:00Z', 'onRemove: cancel'),
    'error SPEC_CANNOT_CANCEL 4:21',
  ],
  'tags of assets': [
    `${exchange('EXPORT_ASSET_TO_SIGNED_URL', `    ExportAssetToSignedUrl: { AssetId: ${ID}, DataSetId: ${ID}, RevisionId: ${ID} }`)}  AssetConfiguration: { Tags: [{ Key: "aws:a", Value: a }] }\n`,
    'error SPEC_TAG_KEY 8:39',
  ],
  'two assets under one key': [
    exchange(
      'EXPORT_ASSETS_TO_S3',
      `    ExportAssetsToS3:\n      DataSetId: ${ID}\n      RevisionId: ${ID}\n      AssetDestinations:\n        - { AssetId: ${ID}, Bucket: prices, Key: a }\n        - { AssetId: ${ID}, Bucket: prices, Key: a }`,
    ),
    'warning SPEC_SAME_OBJECT 12:77',
  ],
  'a reference that AWS does not document': [
    exchange(
      'EXPORT_REVISIONS_TO_S3',
      `    ExportRevisionsToS3:\n      DataSetId: ${ID}\n      RevisionDestinations: [ { RevisionId: ${ID}, Bucket: prices, KeyPattern: "\${Job.Id}/\${Asset.Name}" } ]`,
    ),
    'warning SPEC_KEY_PATTERN 9:107',
  ],
  'Details of another type': [
    exchange(
      'EXPORT_ASSET_TO_SIGNED_URL',
      `    ExportAssetsToS3:\n      DataSetId: ${ID}\n      RevisionId: ${ID}\n      AssetDestinations: [ { AssetId: ${ID}, Bucket: prices } ]`,
    ),
    'error SPEC_MISSING_MEMBER 6:3',
  ],
  'a key with AES256': [
    exchange(
      'EXPORT_ASSETS_TO_S3',
      `    ExportAssetsToS3:\n      DataSetId: ${ID}\n      RevisionId: ${ID}\n      AssetDestinations: [ { AssetId: ${ID}, Bucket: prices } ]\n      Encryption: { Type: AES256, KmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/a" }`,
    ),
    'error SPEC_RULE 11:35',
  ],
  'a member for AWS itself': [disk(MANIFEST, '  ManifestAddendum: x\n'), 'error SPEC_INTERNAL_MEMBER 6:21'],
  'a log prefix without room': [disk(`${MANIFEST}\n    logPrefix: ${'é'.repeat(600)}`), 'error SPEC_LOG_PREFIX 12:16'],
  'a disk from abroad': [disk(MANIFEST.replace('country: DE', 'country: NO')), 'warning SPEC_CUSTOMS 11:142'],
  'a manifest text from abroad': [
    disk(` |${MANIFEST.replace('country: DE', 'country: NO')}`),
    'warning SPEC_CUSTOMS 6:3',
  ],
}
t.test(
  'rules between members are shown at the member that has to change, and only errors hold a spec back',
  async (t) => {
    for (const [name, [text, ...expected]] of Object.entries(rules)) {
      const read_ = note(read(text))
      const found = read_.diagnostics.map(
        ({ severity, code, place }) => `${severity} ${code} ${place?.line}:${place?.column}`,
      )
      t.strictSame(found, expected, name)
      t.equal(read_.specs.length, expected.some((one) => one.startsWith('error')) ? 0 : 1, `${name}: a spec, or none`)
      for (const one of read_.diagnostics) t.ok(formatHint(one.remedies), `${name}: it says what to do`)
    }
  },
)

t.test('a manifest value that YAML 1.1 reads differently must be quoted, and stays unchanged', async (t) => {
  const said = (from: string, to: string) => {
    const { diagnostics, specs } = read(disk(MANIFEST.replace(from, to)))
    return diagnostics[0]
      ? `${diagnostics[0].code} ${formatHint(diagnostics[0].remedies)}`
      : (specs[0]?.request['Manifest'] as JsonObject)
  }
  t.equal(said('"2.0"', '2.0'), 'SPEC_TYPE quote it: "2.0"')
  t.match(said('"02134"', '02134'), /^SPEC_NUMBER /)
  t.equal(said('"02134"', '1e3'), 'SPEC_TYPE quote it: "1e3"')
  t.match(said('ARCHIVE-0007', '0007'), /^SPEC_NUMBER /)
  t.equal(said('ARCHIVE-0007', '0x10'), 'SPEC_TYPE quote it: "0x10"')
  t.match(said('eraseDevice: yes', 'eraseDevice: true'), /^SPEC_TYPE /)
  t.match(said('phoneNumber: "1"', 'phoneNumber: 16175550142'), /^SPEC_TYPE quote it: "16175550142"/)
  t.match(said('ARCHIVE-0007', '2026-11-14'), { deviceId: '2026-11-14', eraseDevice: 'yes' })
  t.match(said('ARCHIVE-0007', '1:30'), { deviceId: '1:30' })
  t.match(said('ARCHIVE-0007', 'off'), {
    deviceId: 'off',
    returnAddress: { stateOrProvince: 'NO', postalCode: '02134' },
  })
})

const PLACES = {
  ...DEFAULT_CONFIG,
  targets: {
    prod: { region: 'eu-west-1', account: '123456789012' },
    china: { region: 'cn-north-1' },
    role: { region: 'eu-west-1', roleArn: 'arn:aws:iam::222222222222:role/jobs' },
    lab: { region: 'eu-south-2' },
    local: { region: 'eu-west-1', endpoint: 'http://localhost:4566' },
  },
  defaultTarget: 'prod',
}

t.test('a fault in one part of a spec hides no fault in another', async (t) => {
  const US = 'arn:aws:iot:us-east-1:123456789012:thing/k'
  const said = (text: string) => problems(note(read(text, { config: PLACES })))
  const policy = 'notBefore: 2026-12-01T00:00:00Z, expires: 2026-11-01T00:00:00Z, dependsOn: [ IoT/unlock ]'
  const wrong = [
    'SPEC_UNKNOWN_TARGET 4:19-23 there is no target prdo',
    'SPEC_TIMES 4:67-87 policy.expires 2026-11-01T00:00:00Z is not after policy.notBefore 2026-12-01T00:00:00Z',
    'SPEC_UNKNOWN_DEPENDENCY 4:102-112 there is no kind IoT, and so no job IoT/unlock',
  ]
  const both = `target: prdo, ${policy}`
  t.strictSame(said(iot('  targets: 1\n  document: {}', 'name: reboot', both)), [
    ...wrong,
    'SPEC_TYPE 6:12-13 targets must be a list, not the number 1',
  ])
  t.strictSame(said(iot(SOUND, 'name: reboot', `${both}, run: two`)), [
    ...wrong,
    'SPEC_TYPE 4:121-124 policy.run must be a whole number, not the text "two"',
  ])
  t.strictSame(said(iot(SOUND, 'name: "re boot"', both).replace('IotJob', 'IoTJob')), [
    'SPEC_UNKNOWN_KIND 2:7-13 there is no kind IoTJob',
    'SPEC_PATTERN 3:19-28 metadata.name cannot be "re boot"',
    ...wrong,
  ])
  t.strictSame(said(iot('  targets: 1\n  document: { $file: reboot.json }')), [
    'SPEC_TYPE 6:12-13 targets must be a list, not the number 1',
    'SPEC_FILE 7:22-33 there is no such file',
  ])
  t.strictSame(said(iot(`  targets: [ "${US}" ]\n  document: {}`, 'name: "re boot"')), [
    'SPEC_PATTERN 3:19-28 metadata.name cannot be "re boot"',
    'SPEC_ARN_ELSEWHERE 6:14-58 the ARN is of region us-east-1, but target prod is of region eu-west-1',
  ])
  t.strictSame(
    said(iot(`  targets: [ "${US}" ]\n  document: {}`, 'name: reboot', 'tagret: us')),
    ['SPEC_UNKNOWN_MEMBER 4:11-17 tagret is no member of policy'],
    'a target that cannot be told is not taken for the default one',
  )
})

t.test(
  "an ARN of another place than the job's is refused at its line, where AWS would refuse it for sure",
  async (t) => {
    const said = (text: string, config: ReaderInput['config'] = PLACES) =>
      note(read(text, { config })).diagnostics.map(
        ({ severity, code, place, message }) => `${severity} ${code} ${place?.line}:${place?.column} ${message}`,
      )
    const targets = (...all: string[]) => `  targets:\n${all.map((one) => `    - ${one}\n`).join('')}  document: {}`
    const thing = (region: string, account: string, partition = 'aws') =>
      `arn:${partition}:iot:${region}:${account}:thing/k`
    t.strictSame(said(iot(SOUND)), [])
    t.strictSame(said(iot(targets(thing('eu-west-1', '123456789012'), thing('eu-west-1', '999999999999')))), [
      'error SPEC_ARN_ELSEWHERE 8:7 the ARN is of account 999999999999, but target prod is of account 123456789012',
    ])
    t.strictSame(said(iot(targets(thing('us-east-1', '123456789012')))), [
      'error SPEC_ARN_ELSEWHERE 7:7 the ARN is of region us-east-1, but target prod is of region eu-west-1',
    ])
    t.strictSame(said(iot(targets(thing('cn-north-1', '123456789012', 'aws-cn')))), [
      'error SPEC_ARN_ELSEWHERE 7:7 the ARN is of partition aws-cn, but target prod is of partition aws',
    ])
    t.strictSame(
      said(iot(targets(thing('cn-north-1', '123456789012', 'aws-cn')), 'name: reboot', 'target: china')),
      [],
      'an account that the target does not name is not compared',
    )
    t.strictSame(said(iot(SOUND, 'name: reboot', 'target: role')), [
      'error SPEC_ARN_ELSEWHERE 6:14 the ARN is of account 123456789012, but target role is of account 222222222222',
    ])
    t.strictSame(said(iot(targets(thing('us-east-1', '123456789012')), 'name: reboot', 'target: local')), [])
    t.strictSame(
      said(
        iot(
          `${SOUND}\n  jobTemplateArn: arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0\n  presignedUrlConfig: { roleArn: "arn:aws:iam::111111111111:role/urls" }`,
        ),
      ),
      ['error SPEC_ARN_ELSEWHERE 9:34 the ARN is of account 111111111111, but target prod is of account 123456789012'],
      'a template of AWS names no account',
    )
    t.strictSame(
      said(
        iot(
          targets(
            thing('eu-west-1', '123456789012'),
            thing('eu-west-1', '999999999999'),
            thing('eu-west-2', '123456789012'),
          ),
        ),
        DEFAULT_CONFIG,
      ),
      [
        'error SPEC_ARN_ELSEWHERE 8:7 the ARN is of account 999999999999, but targets.0 is of account 123456789012',
        'error SPEC_ARN_ELSEWHERE 9:7 the ARN is of region eu-west-2, but targets.0 is of region eu-west-1',
      ],
      'without a target the ARNs have to agree among themselves',
    )
    const [start, end] = ['2026-11-14T20:00:00Z', '2026-11-14T22:00:00Z']
    t.strictSame(said(harvest('cup', start, end, 'target: role')), [
      'error SPEC_ARN_ELSEWHERE 9:67 the ARN is of account 123456789012, but target role is of account 222222222222',
    ])
    t.match(said(harvest('cup', start, end, 'target: china')), [
      /^error SPEC_NO_SERVICE 4:19 AWS Elemental MediaPackage CreateHarvestJob is not in partition aws-cn, where target china \(cn-north-1\) is/,
      /^error SPEC_ARN_ELSEWHERE 9:67 the ARN is of partition aws, but target china is of partition aws-cn/,
    ])
    t.match(said(harvest('cup', start, end, 'target: lab')), [
      /^warning SPEC_NO_SERVICE 4:19 no endpoint of AWS Elemental MediaPackage CreateHarvestJob is known in eu-south-2, where/,
    ])
    t.match(said(harvest('cup', start, end), { ...PLACES, defaultTarget: 'lab' }), [/^warning SPEC_NO_SERVICE 2:7 /])
    t.strictSame(said(disk(MANIFEST), { ...PLACES, defaultTarget: 'china' }), [], 'one region serves all')
    const kms = (region: string, partition = 'aws') =>
      exchange(
        'EXPORT_ASSETS_TO_S3',
        `    ExportAssetsToS3:\n      DataSetId: ${ID}\n      RevisionId: ${ID}\n      AssetDestinations: [ { AssetId: ${ID}, Bucket: prices } ]\n      Encryption: { Type: aws:kms, KmsKeyArn: "arn:${partition}:kms:${region}:999999999999:key/a" }`,
      )
    t.strictSame(said(kms('us-east-1')), [], "a key may be of another account, and is of the bucket's region")
    t.match(said(kms('cn-north-1', 'aws-cn')), [/^error SPEC_ARN_ELSEWHERE 11:47 .* partition aws-cn/])
  },
)

t.test('a mistake hides only its own consequences', async (t) => {
  const codes = (spec: string) =>
    note(read(iot(spec), { config: PLACES })).diagnostics.map(({ code, place }) => `${code} ${place?.line}`)
  const targets = '  targets: [ "arn:aws:iot:us-east-1:123456789012:thing/k" ]\n  document: {}\n'
  t.strictSame(codes(`${targets}  jobId: a b\n  schedulingConfig: { startTime: 2027-02-30 10:00 }`), [
    'SPEC_ARN_ELSEWHERE 6',
    'SPEC_PATTERN 8',
    'SPEC_NO_SUCH_DAY 9',
  ])
  const retries = 'jobExecutionsRetryConfig: { criteriaList: [ { failureType: TIMED_OUT, numberOfRetries: 11 } ] }'
  t.strictSame(
    codes(`${SOUND}\n  ${retries}\n  timeoutConfig: { inProgressTimeoutInMinutes: 9 }`),
    ['SPEC_RANGE 8'],
    'the sum',
  )
  t.strictSame(codes(`${SOUND}\n  ${retries}\n  timeoutConfg: {}`), ['SPEC_RANGE 8', 'SPEC_UNKNOWN_MEMBER 9'])
})

t.test('jobs that would write to one place get an error or a warning at both specs', async (t) => {
  const said = (a: string, b: string) =>
    note(read({ 'a.yaml': a, 'b.yaml': b })).diagnostics.map(
      ({ severity, code, place }) => `${severity} ${code} ${place?.file} ${place?.line}:${place?.column}`,
    )
  const part = (name: string, prefix: string, id: string, policy = '') =>
    pinpoint(name, prefix, policy).replace(/ \}\n$/, `, SegmentId: ${id} }\n`)
  t.strictSame(said(part('one', 's3://news/x/', 'a'), part('two', 's3://news/x', 'b')), [
    'error SPEC_SHARED a.yaml 7:86',
    'error SPEC_SHARED b.yaml 7:86',
  ])
  const allow = 'allowIdentical: true'
  t.strictSame(said(part('one', 's3://news/x/', 'a', allow), part('two', 's3://news/x/', 'b', allow)), [])
  t.strictSame(said(part('one', 's3://news/x/', 'a'), part('two', 's3://news/x/y/', 'b')), [])
  const [start, end] = ['2026-11-14T20:00:00Z', '2026-11-14T22:00:00Z']
  t.strictSame(said(harvest('one', start, end), harvest('two', start, end)), [
    'warning SPEC_SHARED a.yaml 9:50',
    'warning SPEC_SHARED b.yaml 9:50',
  ])
})

t.test('hints suggest the meant or allowed value', async (t) => {
  const hint = (text: string) => read(text).diagnostics.map((one) => formatHint(one.remedies))
  t.strictSame(hint(iot(`  Targets: [ "${GROUP}" ]\n  document: {}`)), [
    'did you mean targets? members of this API begin in lower case',
  ])
  t.match(hint('kind: iotjob\napiVersion: jobwright/v1\nmetadata: { name: a }\nspec: {}'), [
    /^did you mean IotJob\? kinds are /,
  ])
  t.strictSame(hint(iot(`${SOUND}\n  targetSelection: snapshot`)), [
    'did you mean SNAPSHOT? allowed are CONTINUOUS and SNAPSHOT',
  ])
  t.strictSame(hint(iot(`${SOUND}\n  description: 0x1F`)), ['quote it: "0x1F"'])
  t.strictSame(hint(iot(SOUND, 'name: reboot', 'run: "2"')), ['write it without quotes: 2'])
  t.strictSame(hint(iot(SOUND, 'name: reboot', 'hold: yes')), ['write true; "yes" is text in YAML 1.2'])
  t.strictSame(hint(iot(SOUND, 'name: reboot', 'run: 0')), ['allowed: at least 1 and at most 999999'])
  t.strictSame(hint(iot(`  targets: []\n  document: {}`)), ['allowed: from 1 to 100 items'])
  t.strictSame(hint(iot(SOUND).replace('apiVersion: jobwright/v1\n', '')), ['add apiVersion: jobwright/v1'])
  t.match(hint(iot(`${SOUND}\n  jobId: a b`)), ['did you mean a-b?'])
  t.strictSame(hint(iot(`  targets: [ "${GROUP}" ]\n  document:`)), ['write text or a mapping'])
  t.strictSame(hint(iot(SOUND, 'name: reboot, labels: [a]')), ['write a mapping'])
  t.match(hint(iot(`${SOUND}\n  timeoutConfig: [{ inProgressTimeoutInMinutes: 3 }]`)), [/^take it out of the list/])
})

t.test('a word is suggested only for a likely misspelling', async (t) => {
  const members = ['targets', 'document', 'documentSource', 'jobId']
  t.equal(findClosestWord('Targets', members), 'targets')
  t.equal(findClosestWord('tragets', members), 'targets')
  t.equal(findClosestWord('jobid', members), 'jobId')
  t.equal(findClosestWord('schedule', members), undefined)
  t.equal(findClosestWord('x'.repeat(10_000), members), undefined)
  t.equal(measureDistance('ab', 'ba'), 1)
  t.equal(measureDistance('kitten', 'sitting'), 3)
})

t.test('no secret is shown, wherever the mistake is', async (t) => {
  const secret = '99887766'
  const texts = [
    disk(`${MANIFEST}\n    pinCode: ${secret}`),
    disk(`${MANIFEST}\n    pinCode: 0${secret}`),
    disk(`${MANIFEST}\n    PinCode: "${secret}"`),
    disk(`${MANIFEST}\n    pinCode: { $env: "${secret}" }`),
    disk(`${MANIFEST}\n    pinCode: [ ${secret} ]\n    pinCode: ${secret}`),
    disk(`${MANIFEST}\n    pinCode:\n      - ${secret}: "x`),
    disk(` { deviceId: A, pinCode: ${secret}, bogus: { a: 1 }`),
    disk(`\n    pinCode: ${secret}\n  deviceId: A\n bad: x`),
    disk(` "deviceId: A\\npinCode: ${secret}"`),
    disk(` |\n    pinCode:${secret}\n    "x`),
    `apiVersion: jobwright/v1\nkind: DataExchangeJob\nmetadata: { name: a }\nspec:\n  Type: IMPORT_ASSET_FROM_API_GATEWAY_API\n  Details:\n    ImportAssetFromApiGatewayApi: "ApiKey: ${secret}"\n`,
  ]
  for (const text of texts) {
    const { diagnostics } = read(text)
    t.ok(diagnostics.length > 0, text)
    t.notMatch(JSON.stringify(diagnostics), new RegExp(secret), text)
  }
})

t.test('a manifest as text, by $file and as a mapping is one request; a pasted ValidateOnly is dropped', async (t) => {
  const text = `manifestVersion:2.0\ndeviceId: ARCHIVE-0007\neraseDevice: yes\nbucket: football-archive\nreturnAddress: { name: A. Keeper, street1: 1 Dock Road, city: Hull, postalCode: 02134, phoneNumber: 1, stateOrProvince: NO, country: DE }\n`
  const asked: string[] = []
  const include: ReaderInput['include'] = (from, path) => {
    asked.push(`${from} ${path}`)
    return { text, file: path }
  }
  const request = (manifest: string) => {
    const { specs, diagnostics } = read(disk(manifest, '  ValidateOnly: true\n'), { include })
    t.strictSame(diagnostics, [])
    return specs[0]?.request
  }
  const mapping = request(MANIFEST)
  t.strictSame(Object.keys(mapping ?? {}), ['JobType', 'Manifest'])
  t.strictSame(request(` |\n    ${text.replaceAll('\n', '\n    ')}`), mapping)
  t.strictSame(request(' { $file: disk.yaml }'), mapping)
  t.strictSame(asked, ['a.yaml disk.yaml'])
})

t.test(
  'a file for a job document stays text and is checked as text; $file inside a document is the document’s own',
  async (t) => {
    const include = () => ({ text: '{ "operation": "reboot" }', file: 'reboot.json' })
    const named = read(iot(`  targets: [ "${GROUP}" ]\n  document: { $file: reboot.json }`), { include })
    t.strictSame(named.specs[0]?.request['document'], '{ "operation": "reboot" }')
    const inner = read(iot(`  targets: [ "${GROUP}" ]\n  document: { steps: [ { $file: x } ] }`), { include })
    t.strictSame(inner.specs[0]?.request['document'], { steps: [{ $file: 'x' }] })
    const long = read(iot(`  targets: [ "${GROUP}" ]\n  document: { $file: reboot.json }`), {
      include: () => ({ text: JSON.stringify('x'.repeat(40_000)), file: 'included' }),
    })
    t.match(problems(long), [/^SPEC_LENGTH 7:\d+-\d+ document has 40,002 characters$/])
  },
)

t.test('two documents of one address show both places, and block only each other', async (t) => {
  const read_ = note(read({ 'a.yaml': iot(SOUND), 'b.yaml': `${iot(SOUND)}---\n${iot(SOUND, 'name: other')}` }))
  t.strictSame(problems(read_), [
    'SPEC_DUPLICATE 3:19-25 IotJob/reboot is declared twice',
    'SPEC_DUPLICATE 3:19-25 IotJob/reboot is declared twice',
  ])
  t.strictSame(
    read_.diagnostics.map((one) => one.related?.map(({ place }) => `${place.file}:${place.line}:${place.column}`)),
    [['b.yaml:3:19'], ['a.yaml:3:19']],
  )
  t.strictSame(
    read_.specs.map((one) => one.address),
    ['IotJob/other'],
  )
  t.strictSame(read_.blocked, [
    {
      address: 'IotJob/reboot',
      place: { file: 'a.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 },
      codes: ['SPEC_DUPLICATE'],
    },
  ])
  t.equal(read_.complete, true)
})

t.test('two specs of one job ID clash only within a target', async (t) => {
  const two = (policy: string) => ({
    'a.yaml': iot(`  jobId: night-2\n${SOUND}`),
    'b.yaml': iot(SOUND, 'name: night-2', policy),
    'c.yaml': iot(SOUND, 'name: night', 'run: 2'),
  })
  const config = {
    ...DEFAULT_CONFIG,
    targets: { prod: { region: 'eu-west-1' }, lab: { region: 'eu-west-1' } },
    defaultTarget: 'prod',
  }
  const clash = note(read(two('target: prod'), { config }))
  t.strictSame(problems(clash), [
    'SPEC_DUPLICATE_ID 6:10-17 the job ID night-2 is that of IotJob/night-2 too',
    'SPEC_DUPLICATE_ID 3:19-26 the job ID night-2 is that of IotJob/reboot too',
  ])
  t.strictSame(
    clash.specs.map((one) => one.address),
    ['IotJob/night'],
  )
  t.ok(clash.blocked[0]?.spec, 'what is blocked is still readable')
  t.strictSame(problems(read(two('target: lab'), { config })), [])
  t.strictSame(problems(note(read(two('target: laab'), { config }))), [
    'SPEC_UNKNOWN_TARGET 4:19-23 there is no target laab',
  ])
})

t.test('a spec without a target clashes with one that names the default target', async (t) => {
  const main = { region: 'eu-west-1' }
  const said = (config: Pick<Config, 'targets' | 'defaultTarget'>, target = 'main') =>
    problems(
      note(
        read(
          {
            'a.yaml': iot(`  jobId: night-2\n${SOUND}`),
            'b.yaml': iot(SOUND, 'name: night-2', `target: ${target}`),
          },
          { config: { ...DEFAULT_CONFIG, ...config } },
        ),
      ),
    )
  const clash = [
    'SPEC_DUPLICATE_ID 6:10-17 the job ID night-2 is that of IotJob/night-2 too',
    'SPEC_DUPLICATE_ID 3:19-26 the job ID night-2 is that of IotJob/reboot too',
  ]
  t.strictSame(said({ targets: { main } }), clash, 'the only target')
  t.strictSame(said({ targets: { main, default: main } }, 'default'), clash, 'the target called default')
  t.strictSame(said({ targets: { main, lab: main }, defaultTarget: 'main' }), clash, 'the configured default')
  t.strictSame(said({ targets: { main, default: main } }), [], 'another target than the default')
  t.strictSame(said({ targets: { main, lab: main } }), [], 'the choice is open')
})

t.test('equal requests with indistinguishable jobs clash unless both allow it', async (t) => {
  const two = (a: string, b: string) =>
    read({ 'a.yaml': pinpoint('one', 's3://news/x/', a), 'b.yaml': pinpoint('two', 's3://news/x/', b) })
  t.strictSame(problems(note(two('', 'allowIdentical: true'))), [
    'SPEC_IDENTICAL 5:1-5 the request is the same as that of PinpointExportJob/two',
    'SPEC_IDENTICAL 5:1-5 the request is the same as that of PinpointExportJob/one',
  ])
  t.strictSame(problems(two('allowIdentical: true', 'allowIdentical: true')), [])
  const different = read({ 'a.yaml': pinpoint('one', 's3://news/x/'), 'b.yaml': pinpoint('two', 's3://news/y/') })
  t.strictSame(problems(different), [])
  const iots = read({ 'a.yaml': iot(SOUND), 'b.yaml': iot(SOUND, 'name: again') })
  t.strictSame(problems(iots), [], 'jobs with an ID of their own can be told apart')
})

t.test('a former name is free, and claimed once', async (t) => {
  const files = {
    'a.yaml': iot(SOUND, 'name: old'),
    'b.yaml': iot(SOUND, 'name: new, formerly: old'),
    'c.yaml': iot(SOUND, 'name: self, formerly: self'),
    'd.yaml': iot(SOUND, 'name: d, formerly: gone'),
    'e.yaml': iot(SOUND, 'name: e, formerly: gone'),
    'f.yaml': iot(SOUND, 'name: f, formerly: lost'),
  }
  const read_ = note(read(files))
  t.strictSame(problems(read_), [
    'SPEC_FORMERLY 3:34-37 IotJob/old is still the name of a spec',
    "SPEC_FORMERLY 3:35-39 IotJob/self is the spec's own name",
    'SPEC_FORMERLY 3:32-36 IotJob/gone is the former name of IotJob/e too',
    'SPEC_FORMERLY 3:32-36 IotJob/gone is the former name of IotJob/d too',
  ])
  t.strictSame(
    read_.specs.map((one) => [one.name, one.formerly]),
    [
      ['old', undefined],
      ['f', 'lost'],
    ],
  )
})

t.test(
  'specs that wait for each other are shown with every place of the circle, and what waits for them is sound',
  async (t) => {
    const after = (name: string, ...jobs: string[]) =>
      iot(SOUND, `name: ${name}`, jobs.length === 0 ? '' : `dependsOn: [${jobs.join(', ')}]`)
    const circle = note(
      read({
        'a.yaml': after('a', 'IotJob/free', 'IotJob/b'),
        'b.yaml': `${after('b', '{ job: IotJob/c, when: finished }')}---\n${after('c', 'IotJob/a')}`,
        'd.yaml': after('d', 'IotJob/a'),
        'free.yaml': after('free'),
        'self.yaml': after('self', 'IotJob/self'),
      }),
    )
    t.strictSame(problems(circle), [
      'SPEC_DEPENDENCY_CYCLE 4:36-44 IotJob/a waits for itself: IotJob/a → IotJob/b → IotJob/c → IotJob/a',
      'SPEC_DEPENDENCY_CYCLE 4:30-38 IotJob/b waits for itself: IotJob/b → IotJob/c → IotJob/a → IotJob/b',
      'SPEC_DEPENDENCY_CYCLE 12:23-31 IotJob/c waits for itself: IotJob/c → IotJob/a → IotJob/b → IotJob/c',
      'SPEC_DEPENDENCY_CYCLE 4:23-34 IotJob/self waits for itself: IotJob/self → IotJob/self',
    ])
    t.strictSame(
      circle.diagnostics[1]?.related?.map(
        ({ message, place }) => `${place.file}:${place.line}:${place.column} ${message}`,
      ),
      ['b.yaml:12:23 IotJob/c waits for IotJob/a', 'a.yaml:4:36 IotJob/a waits for IotJob/b'],
    )
    t.strictSame(
      circle.specs.map(({ name }) => name),
      ['d', 'free'],
    )
    t.equal(circle.complete, true)
  },
)

t.test('cycles that share a spec are reported one after the other, others at once', async (t) => {
  const after = (name: string, ...jobs: string[]) =>
    iot(SOUND, `name: ${name}`, `dependsOn: [${jobs.map((job) => `IotJob/${job}`).join(', ')}]`)
  const names = (files: string[]) =>
    read(Object.fromEntries(files.map((text, index) => [`${index}.yaml`, text]))).diagnostics.map(
      ({ address }) => address,
    )
  t.strictSame(names([after('a', 'b', 'c'), after('b', 'a'), after('c', 'a')]), ['IotJob/a', 'IotJob/b'])
  t.strictSame(names([after('a', 'b'), after('b', 'a'), after('c', 'd', 'a'), after('d', 'c')]).length, 4)
  const long = Array.from({ length: 900 }, (_, index) => after(`link-${index}`, `link-${(index + 1) % 900}`))
  const found = read({ 'long.yaml': long.join('---\n') }).diagnostics
  t.equal(found.length, 900)
  t.strictSame([found[0]?.related?.length, found[1]?.related?.length], [899, 1])
  t.ok(found.every(({ message }) => message.length < 200))
})

t.test('a dependency has an existing kind, and should have a spec', async (t) => {
  const given = note(
    read({
      'a.yaml': iot(SOUND, 'name: a', 'dependsOn: [IotJob/b, { job: IotJob/lost }, NightJob/x]'),
      'b.yaml': iot(SOUND, 'name: lots'),
      'c.yaml': iot(SOUND, 'name: c', 'dependsOn: [IotJob/lost]'),
    }),
  )
  t.strictSame(
    given.diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
    [
      'warning: no spec is called IotJob/b',
      'warning: no spec is called IotJob/lost',
      'error: there is no kind NightJob, and so no job NightJob/x',
      'warning: no spec is called IotJob/lost',
    ],
  )
  t.match(given.diagnostics[1]?.remedies, [{ text: 'did you mean IotJob/lots?' }])
  t.strictSame(
    given.specs.map(({ name }) => name),
    ['lots', 'c'],
    'a warning blocks nothing: the job may be on record',
  )
})

t.test('policy.notBefore must be before policy.expires', async (t) => {
  const between = (from: string, to: string) =>
    problems(note(read({ 'a.yaml': iot(SOUND, 'name: a', `notBefore: "${from}", expires: "${to}"`) })))
  t.strictSame(between('2026-12-01T06:00:00Z', '2026-12-01T06:00:00+01:00'), [
    'SPEC_TIMES 4:55-82 policy.expires 2026-12-01T06:00:00+01:00 is not after policy.notBefore 2026-12-01T06:00:00Z',
  ])
  t.strictSame(between('2026-12-01T06:00:00+01:00', '2026-12-01T06:00:00Z'), [])
})

t.test('a schedule must be one that can be followed', async (t) => {
  const scheduled = (schedule: string, name = 'a', more = '') =>
    problems(note(read({ 'a.yaml': iot(SOUND, `name: ${name}`, `schedule: { ${schedule} }${more}`) }))).map((one) =>
      one.replace(/ \d+:\d+-\d+ /, ' '),
    )
  const daily = 'every: P1D, start: 2026-12-01'
  const cases: [string, string, string][] = [
    ['start: 2026-12-01', '', 'the schedule does not say when'],
    ['every: P1D, cron: "0 3 * * 1", timezone: UTC, start: 2026-12-01', '', 'the schedule has cron and every'],
    ['cron: "0 3 * * 1", start: 2026-12-01', '', 'cron has no timezone'],
    ['every: P1D, timezone: Mars/Base, start: 2026-12-01', '', 'there is no time zone Mars/Base'],
    ['every: P1X, start: 2026-12-01', '', 'P1X is no duration of whole minutes'],
    ['every: P1D, start: 2026-02-30', '', '2026-02-30 is no date or time'],
    ['at: [2026-12-32T10:00], start: 2026-12-01', '', '2026-12-32T10:00 is no date or time'],
    ['every: P1D, start: 2026-12-02, end: 2026-12-01', '', 'end 2026-12-01 is before start 2026-12-02'],
    ['at: [2026-11-01T10:00], start: 2026-12-01', '', 'no run is ever due between start and end'],
    [daily, ', notBefore: "2026-12-01T06:00:00Z"', 'a schedule has a start of its own'],
    [daily, ', expires: "2026-12-01T06:00:00Z"', 'a schedule has an end of its own'],
  ]
  for (const [schedule, more, message] of cases)
    t.strictSame(scheduled(schedule, 'a', more), [`SPEC_SCHEDULE ${message}`], schedule)
  const whole: [string, string][] = [
    ['cron', 'timezone: UTC, start: 2026-12-01'],
    ['every', 'start: 2026-12-01'],
    ['at', 'start: 2026-12-01'],
    ['timezone', 'cron: "0 3 * * 1", start: 2026-12-01'],
    ['start', 'every: P1D'],
    ['end', daily],
  ]
  for (const [member, rest] of whole)
    for (const value of ['7', 'true', '[7]', '{ a: 1 }'])
      t.match(scheduled(`${member}: ${value}, ${rest}`), [/SPEC_(WRONG_)?TYPE/], `${member}: ${value}`)
  t.strictSame(scheduled(daily), [])
  t.strictSame(scheduled(daily, 'a'.repeat(43)), [])
  t.match(scheduled(daily, 'a'.repeat(44)), [/^SPEC_SCHEDULE the name has 44 characters/])
  t.match(
    note(read(iot(`${SOUND}\n  jobId: mine`, 'name: a', `schedule: { ${daily} }`))).diagnostics,
    [{ code: 'SPEC_SCHEDULE', pointer: '/spec/jobId' }],
    'each run needs an ID of its own',
  )
})

t.test('a text or time may change from run to run, by names of a closed list', async (t) => {
  const described = (form: string, policy = 'schedule: { every: P1D, start: 2026-12-01 }') =>
    note(read(iot(`${SOUND}\n  description: ${form}`, 'name: a', policy)))
  const said = (form: string, policy?: string) =>
    described(form, policy).diagnostics.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`)
  const at = '/spec/description'
  t.strictSame(said('{ $text: "{day}" }'), [`SPEC_PER_RUN ${at}/$text {day} is unknown`])
  t.strictSame(said('{ $text: 3 }'), [`SPEC_PER_RUN ${at}/$text $text is not a text`])
  t.strictSame(said('{ $time: { from: now } }'), [
    `SPEC_PER_RUN ${at}/$time/from a time can only be counted from occurrence`,
  ])
  t.strictSame(said('{ $time: { from: occurrence, offset: -2h } }'), [
    `SPEC_PER_RUN ${at}/$time/offset "-2h" is no duration of minutes, hours, days or weeks`,
  ])
  t.strictSame(said('{ $text: "{date}" }', 'run: 1'), [
    `SPEC_PER_RUN ${at} $text changes from run to run, and this job has no schedule`,
  ])
  const [spec] = described('{ $text: "{name} {run} {date} {time} {datetime} ${aws:iot:x} {" }').specs
  t.equal(spec?.request['description'], 'a 202612010000 2026-12-01 0000 2026-12-01T0000 ${aws:iot:x} {')
  t.match(spec?.template, { description: { $text: /^\{name\}/ } })
})

t.test('a set is complete only if every address is known', async (t) => {
  t.equal(read(iot('  targets: 1')).complete, true, 'bad, but it is known which spec it is')
  t.strictSame(
    read(iot('  targets: 1')).blocked.map((one) => one.address),
    ['IotJob/reboot'],
  )
  for (const text of [
    iot(SOUND).replace('IotJob', 'IotJbo'),
    iot(SOUND, 'nam: reboot'),
    iot(SOUND, 'name: reboot, name: night'),
    iot(SOUND, 'name: "no spaces"'),
    'kind: IotJob\nmetadata: [',
    '- a',
  ]) {
    t.equal(read(text).complete, false, text)
    t.strictSame(read(text).specs, [])
  }
  t.equal(read('# nothing\n---\n---\n').complete, true)
})

t.test('no text makes the reader throw or run long', async (t) => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return seed % below
  }
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '? ',
    '\n',
    '\n  ',
    '&a ',
    '*a',
    '"',
    "'",
    '|\n',
    '>',
    '%YAML 1.2\n',
    '---\n',
    '...\n',
    '<<',
    '__proto__',
    'kind',
    'IotJob',
    'spec',
    '$file',
    '0',
    ',',
    '#',
    '!',
    '\t',
    '\r\n',
    'é',
    '\u{1F600}',
    '@',
    '`',
  ]
  for (let run = 0; run < 400; run++) {
    const text = Array.from({ length: random(60) }, () => pieces[random(pieces.length)]).join('')
    for (const given of [text, iot(`  document: ${text}`)]) {
      const { diagnostics } = read(given)
      for (const { place } of diagnostics) t.ok((place?.line ?? 0) > 0 && (place?.column ?? 0) > 0)
    }
  }
  t.strictSame(({} as Record<string, unknown>)['a'], undefined)
})

const config = (text: string) => {
  const { config: found, diagnostics } = readConfigText('jobwright.yaml', text, schemas, MODELS)
  return {
    found,
    said: diagnostics.map(
      ({ code, place, message, remedies }) =>
        `${code} ${place?.line}:${place?.column} ${message} (${formatHint(remedies)})`,
    ),
  }
}

t.test('jobwright.yaml gives a config with its defaults', async (t) => {
  t.strictSame(config('# nothing yet\n'), { found: DEFAULT_CONFIG, said: [] })
  const text = `specs: [ jobs ]
state: { store: git }
targets:
  prod: { region: eu-west-1, account: "012345678901" }
defaultTarget: prod
limits: { iot.CreateJob: { perSecond: 5 } }
guards: { maxCreates: 300 }
`
  t.strictSame(config(text), {
    found: {
      specs: ['jobs'],
      state: { store: 'git' },
      targets: { prod: { region: 'eu-west-1', account: '012345678901' } },
      defaultTarget: 'prod',
      limits: { 'iot.CreateJob': { perSecond: 5 } },
      guards: { maxCreates: 300, maxRemovals: 10, maxUpdates: 50, maxRunsPerDay: 50 },
    },
    said: [],
  })
})

t.test('a fault in jobwright.yaml is shown at its place', async (t) => {
  const account = config('targets:\n  prod: { region: eu-west-1, account: 123456789012 }\n')
  t.strictSame(account.said, [
    'SPEC_TYPE 2:39 prod.account must be text, not the number 123456789012 (quote it: "123456789012"; an account ID is text, and one that begins with 0 would lose it)',
  ])
  t.strictSame(config('gaurds: {}\n').said, [
    'SPEC_UNKNOWN_MEMBER 1:1 gaurds is no member of the file (did you mean guards?)',
  ])
  t.match(config('defaultTarget: prod\n').said, [/^SPEC_UNKNOWN_TARGET 1:16 there is no target prod/])
  t.match(config('limits: { iot.CreateJbo: { perSecond: 5 } }\n').said, [
    /^SPEC_UNKNOWN_MEMBER 1:11 no kind calls iot.CreateJbo \(did you mean iot.CreateJob\?\)/,
  ])
  t.strictSame(
    config(
      'targets:\n  a: { region: eu-west-1, account: "111111111111", roleArn: "arn:aws:iam::222222222222:role/x" }\n',
    ).said,
    [
      'SPEC_ARN_ELSEWHERE 2:61 the role is of account 222222222222, but account says 111111111111 (name a role of that account, or mend account)',
    ],
  )
  t.match(config('targets:\n  a: { region: cn-north-1, roleArn: "arn:aws:iam::222222222222:role/x" }\n').said, [
    /^SPEC_ARN_ELSEWHERE 2:37 the role is of partition aws, but cn-north-1 is of partition aws-cn /,
  ])
  t.strictSame(
    config('targets:\n  a: { region: us-gov-west-1, roleArn: "arn:aws-us-gov:iam::222222222222:role/x" }\n').said,
    [],
  )
  t.match(config('specs: [a]\n---\nspecs: [b]\n').said, [/^SPEC_TOO_MANY_DOCUMENTS 3:1/])
  t.match(config('- a\n').said, [/^SPEC_TYPE 1:1 the file must be a mapping, not a list/])
})

t.test('every code is shown by some test', async (t) => {
  // These need many bytes or a disk: see the tests of loading.
  const elsewhere = [
    'SPEC_TOO_LARGE',
    'SPEC_TOO_DEEP',
    'SPEC_TOO_MANY_DOCUMENTS',
    'SPEC_TOO_MANY_KEYS',
    'SPEC_TOO_MANY_VALUES',
    'SPEC_TOO_MANY_ALIASES',
    'SPEC_NOT_UTF8',
    'SPEC_UNREADABLE',
    'SPEC_OUTSIDE',
    'SPEC_NO_FILES',
    'SPEC_UPLOAD',
    'SPEC_MD5',
    'SPEC_DOWNLOAD',
    'SPEC_VARIABLE',
    'SPEC_NEAR_MISS',
  ]
  t.strictSame(
    Object.keys(CODES).filter((code) => code.startsWith('SPEC_') && !seen.has(code) && !elsewhere.includes(code)),
    [],
  )
})
