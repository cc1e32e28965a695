/**
 * The schema of requests that change from run to run: those of the kinds, in which each text may be `{ $text: … }` and each time
 * `{ $time: … }`. Only editors use it. Jobwright checks the request that a run sends against the schema of its kind.
 */
type Schema = { readonly [member: string]: unknown }

const FORMS = {
  text: {
    description: 'Text that changes from run to run. Names in braces: {date}, {time}, {datetime}, {run} and {name}.',
    type: 'object',
    required: ['$text'],
    additionalProperties: false,
    properties: {
      $text: {
        description:
          'The text. Dates and times are local: those of the time zone of the schedule. run is the UTC minute.',
        type: 'string',
        minLength: 1,
        examples: ['s3://newsletter-exports/nightly/{date}/'],
      },
    },
  },
  time: {
    description: 'Time that changes from run to run.',
    type: 'object',
    required: ['$time'],
    additionalProperties: false,
    properties: {
      $time: {
        description: 'Time, counted from when the run is due.',
        type: 'object',
        required: ['from'],
        additionalProperties: false,
        properties: {
          from: { description: 'When the run is due.', type: 'string', const: 'occurrence' },
          offset: {
            description: 'Duration to add: ISO 8601, with a minus sign for an earlier time.',
            type: 'string',
            pattern: '^[+-]?P(\\d+W)?(\\d+D)?(T(\\d+H)?(\\d+M)?)?$',
            examples: ['-PT2H'],
          },
        },
      },
    },
  },
}

/** Builds the schema from those of the kinds, by name. */
export function perRunSchema(kinds: ReadonlyMap<string, Schema>): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://jobwright.dev/schemas/v1/per-run.schema.json',
    title: 'Requests that change from run to run',
    $defs: {
      ...FORMS,
      ...Object.fromEntries([...kinds].map(([kind, schema]) => [kind, relax(withoutHead(schema), kind)])),
    },
  }
}

function withoutHead({ $schema: _schema, $id: _id, $defs: _defs, title: _title, ...rest }: Schema): Schema {
  return rest
}

function relax(schema: Schema, kind: string): Schema {
  const here = Object.fromEntries(Object.entries(schema).map(([word, value]) => [word, relaxMember(word, value, kind)]))
  const form = findForm(schema)
  if (form === undefined) return here
  const { description, ...rest } = here
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [rest, ...(form === 'time' ? [{ $ref: '#/$defs/time' }] : []), { $ref: '#/$defs/text' }],
  }
}

function relaxMember(word: string, value: unknown, kind: string): unknown {
  if (word === '$ref') return String(value).replace(/^#/, `${kind}.schema.json#`)
  if (word === 'items' || word === 'additionalProperties') return isSchema(value) ? relax(value, kind) : value
  if (word === 'properties' && isSchema(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, isSchema(inner) ? relax(inner, kind) : inner]),
    )
  return keepReferences(value, kind)
}

/** The other rules of a request stay as they are. */
function keepReferences(value: unknown, kind: string): unknown {
  if (Array.isArray(value)) return value.map((inner: unknown) => keepReferences(inner, kind))
  if (!isSchema(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([word, inner]) => [
      word,
      word === '$ref' ? String(inner).replace(/^#/, `${kind}.schema.json#`) : keepReferences(inner, kind),
    ]),
  )
}

/** A secret is no text, and neither is one of a few words. */
function findForm(schema: Schema): 'text' | 'time' | undefined {
  const { $ref: ref, type } = schema
  if (typeof ref === 'string') {
    if (/\/(instant|time)$/.test(ref)) return 'time'
    return /\/(id|bucket|objectKey)$/.test(ref) ? 'text' : undefined
  }
  return type === 'string' && schema['enum'] === undefined && schema['const'] === undefined ? 'text' : undefined
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
