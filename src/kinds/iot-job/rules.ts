import { MARK_TAG } from '../../model/attempt-name.ts'
import { explainJson, findJsonSlips, type JsonFault, type JsonSlip } from '../../model/explain-json.ts'
import { formatNumber } from '../../model/format-number.ts'
import { getValue, type Json, type JsonObject, type Pointer } from '../../model/json.ts'
import { keepText } from '../../model/keep-text.ts'
import type { Finding } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import { formatDocument } from '../../model/write-documents.ts'
import { findTagFaults } from '../tags.ts'
import { isRealDay, MIN_LEAD_MS, parseScheduled } from './schedule.ts'

/** The rules of CreateJob between members, and about forms that no schema can express. */
export function check(request: JsonObject): Finding[] {
  return [
    ...checkDocument(request),
    ...checkTemplate(request),
    ...checkRetries(request),
    ...checkDecimals(request),
    ...checkSchedule(request),
    ...checkTags(request),
  ]
}

/** Bytes of JSON in UTF-8 (IoT developer guide, job limits). */
const DOCUMENT_MAX = 32_768

function checkDocument(request: JsonObject): Finding[] {
  const document = request['document']
  if (document === undefined) return []
  const findings: Finding[] = []
  const fault = typeof document === 'string' ? findJsonFault(document) : undefined
  if (typeof document === 'string' && fault !== undefined) {
    findings.push({
      pointer: '/document',
      code: 'SPEC_DOCUMENT_NOT_JSON',
      message: `document is text, but not JSON: line ${fault.line}, column ${fault.column}: ${fault.reason}`,
      remedies: [
        advise(
          /^(---\s|[\w"'.-]+:\s)/.test(document)
            ? 'it looks like YAML: write it as a mapping below document, or convert it to JSON'
            : 'write it as a YAML mapping, or mend the JSON text',
        ),
      ],
      inside: fault,
    })
  }
  if (typeof document === 'string' && fault === undefined) findings.push(...findJsonSlips(document).map(toFinding))
  const text = typeof document === 'string' ? document : formatDocument(document)
  const bytes = new TextEncoder().encode(text).length
  if (bytes > DOCUMENT_MAX) {
    findings.push({
      pointer: '/document',
      code: 'SPEC_DOCUMENT_SIZE',
      message: `document is ${formatNumber(bytes)} bytes of JSON`,
      remedies: [
        advise('AWS IoT accepts 32,768 at most: put large content into S3, and its address into the document'),
      ],
    })
  }
  // A template may provide the role.
  const hasRole =
    typeof getValue(request, '/presignedUrlConfig/roleArn') === 'string' || request['jobTemplateArn'] !== undefined
  if (text.includes('${aws:iot:s3-presigned-url') && !hasRole) {
    findings.push({
      pointer: '/document',
      code: 'SPEC_PRESIGNED_ROLE',
      message: 'the document asks for presigned S3 URLs, but presignedUrlConfig.roleArn is missing',
      remedies: [advise('add presignedUrlConfig.roleArn: the role that AWS IoT assumes to sign the URLs')],
    })
  }
  return findings
}

/**
 * Converts a mistake in a document's JSON text. Every device reads `3.10` as 3.1, and only one value of a duplicate
 * key.
 */
function toFinding(slip: JsonSlip): Finding {
  const place = `line ${slip.line}, column ${slip.column}`
  const { line, column } = slip
  if (slip.is === 'duplicate')
    return {
      pointer: '/document',
      code: 'SPEC_DUPLICATE_KEY',
      message: `${place}: the key ${slip.key.slice(0, 60)} is twice in this object`,
      remedies: [advise('remove one of them')],
      inside: { line, column },
    }
  const written = slip.written.slice(0, 60)
  return {
    pointer: '/document',
    code: 'SPEC_NUMBER',
    message: `${place}: devices read ${written} as the number ${slip.read}`,
    remedies: keepText(written, slip.read),
    inside: { line, column },
  }
}

/**
 * The ARN of an AWS template names no account. A customer's template has an account and takes no parameters (API
 * reference, CreateJob).
 */
function checkTemplate(request: JsonObject): Finding[] {
  const template = request['jobTemplateArn']
  if (request['documentParameters'] === undefined || typeof template !== 'string') return []
  if (!/^arn:[^:]*:iot:[^:]*:[0-9]{12}:/.test(template)) return []
  return [
    {
      pointer: '/documentParameters',
      code: 'SPEC_TEMPLATE_PARAMETERS',
      message: 'jobTemplateArn is a template of your own, which takes no documentParameters',
      remedies: [
        advise('remove documentParameters, or use a template of AWS (arn:aws:iot:REGION::jobtemplate/NAME:VERSION)'),
      ],
    },
  ]
}

/** The total of retries over all criteria (IoT developer guide, job timeout and retry). */
const RETRIES_MAX = 10

function checkRetries(request: JsonObject): Finding[] {
  const list = getValue(request, '/jobExecutionsRetryConfig/criteriaList')
  if (!Array.isArray(list)) return []
  const types = list.map((one: Json) => getValue(one, '/failureType'))
  const total = list.reduce<number>((sum, one: Json) => sum + Number(getValue(one, '/numberOfRetries') ?? 0), 0)
  const findings: Finding[] = []
  if (total > RETRIES_MAX) {
    findings.push({
      pointer: '/jobExecutionsRetryConfig/criteriaList',
      code: 'SPEC_RETRIES_TOTAL',
      message: `the retries of all criteria add up to ${total}`,
      remedies: [advise(`AWS IoT allows ${RETRIES_MAX} in total`)],
    })
  }
  const second = types.findIndex((type, index) => index > 0 && (types.indexOf(type) < index || types.includes('ALL')))
  if (second >= 0) {
    const isTwice = types.indexOf(types[second]) < second
    findings.push({
      severity: isTwice ? undefined : 'warning',
      pointer: `/jobExecutionsRetryConfig/criteriaList/${second}`,
      code: 'SPEC_RETRIES_OVERLAP',
      message: isTwice
        ? `failureType ${String(types[second])} is in two criteria`
        : 'a criterion for ALL covers what the other one counts too',
      remedies: [advise('write one criterion for ALL, or one for FAILED and one for TIMED_OUT')],
    })
  }
  const timed = types.indexOf('TIMED_OUT')
  const mayTimeOut = request['timeoutConfig'] !== undefined || request['jobTemplateArn'] !== undefined
  if (timed >= 0 && !mayTimeOut) {
    findings.push({
      pointer: `/jobExecutionsRetryConfig/criteriaList/${timed}`,
      code: 'SPEC_RETRY_TIMEOUT',
      message: 'retries on TIMED_OUT never happen without timeoutConfig',
      remedies: [advise('add timeoutConfig.inProgressTimeoutInMinutes, or remove the criterion')],
    })
  }
  return findings
}

/** How many decimals AWS IoT accepts (API reference, ExponentialRolloutRate and AbortCriteria). */
function checkDecimals(request: JsonObject): Finding[] {
  const criteria = getValue(request, '/abortConfig/criteriaList')
  const percentages = (Array.isArray(criteria) ? criteria : []).map(
    (_one, index) => `/abortConfig/criteriaList/${index}/thresholdPercentage`,
  )
  const factor = '/jobExecutionsRolloutConfig/exponentialRate/incrementFactor'
  return [
    findDecimalFault(request, factor, 1),
    ...percentages.map((pointer) => findDecimalFault(request, pointer, 2)),
  ].flatMap((finding) => finding ?? [])
}

function findDecimalFault(request: JsonObject, pointer: Pointer, most: number): Finding | undefined {
  const value = getValue(request, pointer)
  if (typeof value !== 'number' || Number(value.toFixed(most)) === value) return undefined
  return {
    pointer,
    code: 'SPEC_DECIMALS',
    message: `${pointer.slice(pointer.lastIndexOf('/') + 1)} ${value} has more than ${most === 1 ? 'one digit' : 'two digits'} after the point`,
    remedies: [advise(`write ${value.toFixed(most)}`)],
  }
}

/** Two years in milliseconds, one of which may be a leap year. */
const WINDOW_MAX = 731 * 86_400_000

function checkSchedule(request: JsonObject): Finding[] {
  const findings = ['startTime', 'endTime'].flatMap((member) => {
    const text = getValue(request, `/schedulingConfig/${member}`)
    return typeof text === 'string' && !isRealDay(text) ? [createNoSuchDay(member, text)] : []
  })
  const start = parseScheduled(getValue(request, '/schedulingConfig/startTime'))
  const end = parseScheduled(getValue(request, '/schedulingConfig/endTime'))
  if (findings.length > 0 || Number.isNaN(start) || Number.isNaN(end)) return findings
  if (end - start >= MIN_LEAD_MS && end - start <= WINDOW_MAX) return []
  return [
    {
      pointer: '/schedulingConfig/endTime',
      code: 'SPEC_SCHEDULE_WINDOW',
      message:
        end - start >= MIN_LEAD_MS
          ? 'endTime is more than two years after startTime'
          : `endTime is ${end <= start ? 'not' : 'less than 30 minutes'} after startTime`,
      remedies: [advise('AWS IoT requires 30 minutes to 2 years from startTime to endTime')],
    },
  ]
}

function createNoSuchDay(member: string, text: string): Finding {
  return {
    pointer: `/schedulingConfig/${member}`,
    code: 'SPEC_NO_SUCH_DAY',
    message: `${member} is on ${text.slice(0, 10)}, a day that does not exist`,
    remedies: [advise('write a day of the calendar: YYYY-MM-DD HH:MM')],
  }
}

/** The tag that Jobwright adds is reserved too. */
function checkTags(request: JsonObject): Finding[] {
  const tags = request['tags']
  const own = (Array.isArray(tags) ? tags : []).flatMap((tag: Json, index): Finding[] =>
    getValue(tag, '/Key') === MARK_TAG
      ? [
          {
            pointer: `/tags/${index}/Key`,
            code: 'SPEC_TAG_KEY',
            message: `${MARK_TAG} is the tag in which Jobwright says whose the job is`,
            remedies: [advise('choose another key')],
          },
        ]
      : [],
  )
  const wrong = findTagFaults(request, '/tags')
  return [...wrong, ...own.filter(({ pointer }) => !wrong.some((one) => one.pointer === pointer))]
}

function findJsonFault(text: string): JsonFault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return explainJson(text)
  }
}
