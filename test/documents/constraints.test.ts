import fs from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { parse } from 'yaml'
import { CONFIG, ENVELOPE, getSchemaName } from '../../src/documents/check/check.ts'
import { compile } from '../../src/documents/check/compile.ts'
import { readSpecs } from '../../src/documents/specs.ts'
import { MODELS } from '../../src/kinds/index.ts'
import type { SpecCode } from '../../src/model/codes.ts'
import { getValue, type Pointer } from '../../src/model/json.ts'
import { emptyState } from '../../src/model/state.ts'
import { type Form, getValidator } from '../../src/state/compile.ts'
import { build, COMPILED } from '../e2e/process.ts'
import { type Case, read, rulesOf } from './derive.ts'
import { MANIFEST, type Seed, trials, UNREACHABLE } from './trials.ts'
import { type Written, writeJson } from './written-json.ts'

/** Codes of rules that have a better name than that of their keyword. */
const NAMED: Readonly<Record<string, SpecCode>> = {
  'job.schema.json#/$defs/envelope/type': 'SPEC_NOT_A_SPEC',
  'job.schema.json#/$defs/envelope/properties/kind/enum': 'SPEC_UNKNOWN_KIND',
}

/** Rules of schedules have a check of their own, which says more than their keyword. */
const SCHEDULE = /^job\.schema\.json#\/\$defs\/envelope\/properties\/policy\/properties\/schedule\//
const OF_TEXT = /\/(minLength|maxLength)$/
const OF_WHOLE = /\/(dependentRequired\/cron|then\/required\/cron)$/

/** Gives a fault the name that users see. */
function nameFault(rule: string, fault: NonNullable<Case['fault']>): NonNullable<Case['fault']> {
  if (!SCHEDULE.test(rule)) return { ...fault, code: NAMED[rule] ?? fault.code }
  if (OF_TEXT.test(rule)) return { ...fault, code: 'SPEC_SCHEDULE' }
  return OF_WHOLE.test(rule) ? { code: 'SPEC_SCHEDULE', pointer: '/policy/schedule', aim: 'key' } : fault
}

/** What only jobwright.yaml refers to. */
const CONFIG_ONLY = 'common.schema.json#/$defs/name'

/** Where a fault has to be shown: at the member, or, where it is missing, at the key of what lacks it. */
function placeOf({ keys, values }: Written, pointer: Pointer, aim: 'key' | 'value'): string {
  if (values.has(pointer)) return (aim === 'key' ? keys.get(pointer) : undefined) ?? values.get(pointer)!
  const above = pointer.slice(0, pointer.lastIndexOf('/'))
  return keys.get(above) ?? values.get(above)!
}

t.test(
  'each constraint of each schema is met at its bound, and beyond it is reported alone, at its place',
  async (t) => {
    const all = trials().map((trial, index) => ({
      ...trial,
      file: `${index}.yaml`,
      written: writeJson(trial.document),
    }))
    const { diagnostics } = readSpecs(new Map(all.map(({ file, written }) => [file, written.text])), {
      kinds: MODELS,
      schemas: read,
      include: () => ({ text: MANIFEST, file: 'included' }),
    })
    const said = new Map<string, string[]>()
    for (const { code, pointer, place, related } of diagnostics) {
      // Most of these documents have the same ID; what is wrong between documents is not the matter here.
      if (related || code === 'SPEC_UNKNOWN_DEPENDENCY') continue
      const line = `${code} ${pointer} ${place?.line}:${place?.column}`
      said.set(place!.file, [...(said.get(place!.file) ?? []), line])
    }
    for (const { file, rule, fault, base, seed, written } of all) {
      const expected = fault ? [expectedOf(nameFault(rule, fault), base, seed, written)] : (seed.codes ?? [])
      const found = (said.get(file) ?? []).map((line) => (fault ? line : line.split(' ')[0]))
      if (JSON.stringify(found) === JSON.stringify(expected)) continue
      t.strictSame(found, expected, `${seed.kind} ${rule}${fault ? '' : ' (at its bound)'}`)
    }
    const broken = new Set(all.filter(({ fault }) => fault).map(({ rule }) => rule))
    const rules = [...MODELS.map(({ kind }) => `${kind}.schema.json`), 'common.schema.json'].flatMap((file) =>
      rulesOf(file),
    )
    const envelope = rulesOf('job.schema.json', '/$defs/envelope')
    const left = [...rules, ...envelope].filter(
      (rule) => !broken.has(rule) && !(rule in UNREACHABLE) && !rule.startsWith(CONFIG_ONLY),
    )
    t.strictSame(left, [], 'no constraint is left out')
    t.ok(all.length > 700, `${all.length} documents`)
  },
)

/** A fault in a secret is a fault of the secret, whatever it is: its text is not to be shown. */
function expectedOf(fault: NonNullable<Case['fault']>, base: Pointer, { kind }: Seed, written: Written): string {
  const secrets = MODELS.find((model) => model.kind === kind)!.request.secrets.map((secret) => `/spec${secret}`)
  const pointer = base + fault.pointer
  const secret = secrets.find((one) => pointer === one || pointer.startsWith(`${one}/`))
  if (secret !== undefined) return `SPEC_SECRET ${secret} ${placeOf(written, secret, 'key')}`
  return `${fault.code} ${pointer} ${placeOf(written, pointer, fault.aim)}`
}

/** What the AWS CLI 2.9 prints for `--generate-cli-skeleton yaml-input`, without the words behind `#`; and the same, filled in. */
function skeleton(kind: string, form: 'printed' | 'filled'): string {
  const text = fs.readFileSync(new URL(`../fixtures/skeletons/${kind}.${form}.yaml`, import.meta.url), 'utf8')
  return `apiVersion: jobwright/v1\nkind: ${kind}\nmetadata: { name: pasted }\nspec:\n${text.replaceAll(/^(?=.)/gm, '  ')}`
}

/** The members of a value, without what is told apart by a number in a list. */
function membersOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer]
  return Object.entries(value).flatMap(([step, inner]) =>
    membersOf(inner, `${pointer}/${Array.isArray(value) ? '*' : step}`),
  )
}

t.test("the AWS CLI's skeletons can be pasted: each member is known, and filled in they are valid", async (t) => {
  const reading = { kinds: MODELS, schemas: read, include: () => ({ text: '', file: '' }) }
  for (const { kind } of MODELS) {
    const { diagnostics } = readSpecs(new Map([['printed.yaml', skeleton(kind, 'printed')]]), reading)
    const codes = [...new Set(diagnostics.map(({ code }) => code))].sort()
    t.strictSame(codes, ['SPEC_MISSING_MEMBER', 'SPEC_SKELETON'], `${kind}: an empty skeleton is no spec`)
    // The one message on a skeleton says nothing of its members, so the schema is asked whether it knows them. A secret may be no text.
    const check = compile(read)(getSchemaName(kind))
    check((parse(skeleton(kind, 'printed')) as { spec: unknown }).spec)
    t.strictSame(
      check.errors?.filter(
        ({ keyword, schemaPath }) =>
          ['additionalProperties', 'type'].includes(keyword) && schemaPath !== 'common.schema.json#/$defs/env/type',
      ),
      [],
      `${kind}: no unknown member, no wrong type`,
    )

    const filled = readSpecs(new Map([['filled.yaml', skeleton(kind, 'filled')]]), reading)
    t.strictSame(filled.diagnostics, [], `${kind}: filled in`)
    t.equal(filled.specs.length, 1)
    const [asked, offered] = (['filled', 'printed'] as const).map((form) =>
      membersOf((parse(skeleton(kind, form)) as { spec: unknown }).spec),
    )
    t.strictSame(
      asked!.filter((member) => !offered!.includes(member)),
      [],
      `${kind}: nothing but what was printed`,
    )
  }
})

type Validate = { (value: unknown): unknown; errors?: unknown }

/** What of these has another result, or other errors, the schema that each names included, when it is checked by code of the build. */
function differing<Part extends string>(
  cases: readonly (readonly [part: Part, value: unknown])[],
  source: (part: Part) => Validate,
  built: (part: Part) => Validate,
): string[] {
  return cases.flatMap(([part, value]) => {
    const [ours, theirs] = [source(part), built(part)]
    const same = ours(value) === theirs(value) && isDeepStrictEqual(ours.errors, theirs.errors)
    return same ? [] : [`${part} ${JSON.stringify(value).slice(0, 200)}`]
  })
}

t.test('the compiled schemas find the same errors as Ajv does from source', async (t) => {
  build()
  const spec = (await import(`${COMPILED}documents/check/compile.js`)) as { compile: typeof compile }
  const state = (await import(`${COMPILED}state/compile.js`)) as { getValidator: typeof getValidator }
  const odd = [null, [], 'text', 1.5, {}, { apiVersion: 'jobwright/v2', kind: 7, metadata: { name: '-' }, spec: [] }]
  const all = trials()
  const parts = MODELS.map(({ kind }) => getSchemaName(kind))
  const cases = [
    ...all.map(({ document }) => [ENVELOPE, document] as const),
    ...all.map(({ document, seed }) => [getSchemaName(seed.kind), getValue(document, '/spec') ?? null] as const),
    ...[CONFIG, ENVELOPE, ...parts].flatMap((part) => odd.map((value) => [part, value] as const)),
    [
      CONFIG,
      { specs: 'x', targets: { a: { region: 'R', account: '1' } }, limits: { iot: { perSecond: -1 } }, more: 1 },
    ],
  ] as const
  const check = compile(read)
  t.strictSame(differing(cases, check, spec.compile(read)), [])

  const record = { run: 0, stage: 'begun', submittedAt: '2026-11-14', more: 1 }
  const full = { apiVersion: 'jobwright/v1', lineage: 'x', serial: -1, records: { 'IotJob/a': record, b: {} } }
  const forms = (['state', 'change', 'header'] as const satisfies Form[]).flatMap((form) =>
    [...odd, full, record, { records: { 'IotJob/a': record } }, emptyState('night')].map(
      (value) => [form, value] as const,
    ),
  )
  t.strictSame(differing(forms, getValidator, state.getValidator), [])
  t.ok(cases.filter(([part, value]) => !check(part)(value)).length > 300, 'most are not sound')
})
