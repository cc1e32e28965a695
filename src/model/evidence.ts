import { type Attempt, parseAttempt, shortenLineage } from './attempt-name.ts'
import { CLOCKS_MS } from './create-protocol.ts'
import { findDeviations } from './deviations.ts'
import { formatIso } from './iso.ts'
import type { JsonObject } from './json.ts'
import type { KindModel } from './kind.ts'
import type { Live } from './live.ts'
import type { Identity, Intent, SettledRecord } from './state.ts'

/*
 * Whose job is it? What each kind of evidence proves, and what it allows. An ID alone never proves that a job is ours.
 *
 *   evidence                                              proves                     allows
 *   our mark: this lineage, address and run               ours                       adopt, keep, change, cancel
 *   a mark of another lineage                             another owner's            nothing: conflict, or our own job is lost
 *   no mark, or none that may be read                     nothing                    what follows decides
 *   the recorded creation time                            the job on record          keep, change, cancel
 *   another creation time under the recorded ID           another job                nothing: our own job is lost
 *   just after our create's answer, without its tag       nothing                    nothing: its status is shown
 *   created before the intent, by AWS's clock             not this attempt's         nothing: no candidate
 *   a complete "exists" without our mark                  another owner's            nothing: conflict until a person decides
 *   ID and request and creation time fit the attempt      ours                       adopt
 *   neither a mark nor both request and creation time     nothing                    nothing: its status is shown
 *   several jobs that fit                                 one of them may be ours    nothing: a person decides
 *   a person's word (adopt, foreign)                      what it says               what it says
 */

/**
 * AWS's clock and the times that AWS returns agree within this, in milliseconds. Date headers and most creation times
 * are whole seconds.
 */
const AWS_MARGIN_MS = 2_000
/** The same in seconds. */
const MARGIN_S = AWS_MARGIN_MS / 1000
/** How far the first creation time that AWS returns may be from the recorded one, in milliseconds. */
const FIRST_READ_MS = 300_000

/** Who asks: a mark that begins with this is our own. */
export type Owner = Pick<Attempt, 'lineage'> & { readonly address?: string; readonly run?: number }

/** Returns the attempt that a job's mark names. Undefined if the job has no mark, or AWS does not return it. */
export function readMark({ marker, mark }: Pick<Live, 'marker' | 'mark'>): Attempt | undefined {
  return parseAttempt(mark ?? marker)
}

/**
 * `own`: an attempt of this address and run. `kin`: of the same state, but another address or run. `other`: of another
 * state. `none`: no mark is known.
 */
export type MarkVerdict = 'own' | 'kin' | 'other' | 'none'

/** Judges whose job it is by its mark. */
export function judgeMark(live: Pick<Live, 'marker' | 'mark'>, owner: Owner): MarkVerdict {
  const mark = readMark(live)
  if (mark === undefined) return 'none'
  if (mark.lineage !== shortenLineage(owner.lineage)) return 'other'
  return mark.address === owner.address && mark.run === owner.run ? 'own' : 'kin'
}

/** Returns whether a job was created before an attempt could create it. Uses AWS's clock if its time is on record. */
export function isBefore(
  intent: Pick<Intent, 'at' | 'awsAt' | 'firstAt'>,
  { createdAt }: Pick<Live, 'createdAt'>,
): boolean {
  return createdAt !== undefined && Date.parse(createdAt) < computeEarliestCreation(intent)
}

/** Returns the ISO time from which attempts of a run may have created jobs, for the intent of its next attempt. */
export function getFirstSendTime({ at, awsAt, firstAt }: Pick<Intent, 'at' | 'awsAt' | 'firstAt'>): string {
  return firstAt ?? formatIso(awsAt === undefined ? Date.parse(at) - CLOCKS_MS : Date.parse(awsAt))
}

/** Returns the epoch milliseconds before which no attempt of this run can have created a job. */
export function computeEarliestCreation({ at, awsAt, firstAt }: Pick<Intent, 'at' | 'awsAt' | 'firstAt'>): number {
  if (firstAt !== undefined) return Date.parse(firstAt) - AWS_MARGIN_MS
  return awsAt === undefined ? Date.parse(at) - CLOCKS_MS : Date.parse(awsAt) - AWS_MARGIN_MS
}

/** What a read proves about the job on record. */
export type IdentityVerdict =
  /** It is that job. `identity`: what may now be recorded about it. */
  | { readonly is: 'same'; readonly identity?: Identity }
  /** The ID belongs to another job; the recorded one is lost. */
  | { readonly is: 'other'; readonly why: string }
  /** AWS returned too little to decide. Jobwright shows its status and does nothing to it. */
  | { readonly is: 'unproven'; readonly why: string }

/**
 * Judges whether a live job is the recorded one. A recorded creation time alone decides, to the second. Without one,
 * the mark decides, or the request and the time together. A read that returns none of them proves nothing.
 */
export function judgeIdentity(
  record: SettledRecord,
  live: Live,
  model: KindModel,
  lineage: string | undefined,
): IdentityVerdict {
  const { createdAt } = live
  const known = record.identity
  // AWS never gives two jobs of such a kind the same ID.
  if (model.identity.idMember === undefined && createdAt === undefined) return { is: 'same', identity: known }
  // No address is given, so any mark of this state is kin.
  const mark = judgeMark(live, { lineage: lineage ?? '' })
  const isMarked = mark === 'kin'
  if (createdAt === undefined)
    return isMarked ? { is: 'same', identity: known } : { is: 'unproven', why: 'AWS does not show when it was created' }
  if (known !== undefined) {
    if (toSeconds(known.createdAt) === toSeconds(createdAt)) return { is: 'same', identity: known }
    return { is: 'other', why: `it was created ${createdAt}, and the recorded job ${known.createdAt}` }
  }
  const identity: Identity = { createdAt, source: 'read' }
  if (model.identity.idMember === undefined) return { is: 'same', identity }
  if (record.window) {
    const [from, made, to] = [record.window.from, createdAt, record.window.to].map(toSeconds) as [
      number,
      number,
      number,
    ]
    const isEarly = made < from - MARGIN_S
    if (!isEarly && made <= to) return { is: 'same', identity }
    if (isEarly || made > to + MARGIN_S)
      return { is: 'other', why: `it was created ${createdAt}, and the recorded job by ${record.window.to}` }
  }
  if (isMarked) return { is: 'same', identity }
  if (mark === 'other' && record.how === 'created') return { is: 'other', why: 'it carries the mark of another state' }
  const expected = record.createdAt ?? createdAt
  if (Math.abs(Date.parse(createdAt) - Date.parse(expected)) > FIRST_READ_MS)
    return { is: 'other', why: `it was created ${createdAt}, and the recorded job about ${expected}` }
  // This time is later than the answer to our create, by no more than AWS's clocks may differ.
  if (record.window?.marked && live.markRead === 'succeeded' && mark === 'none')
    return { is: 'unproven', why: 'it does not carry the tag that our create asked for' }
  if (live.request === undefined) return { is: 'unproven', why: 'AWS does not show what it does' }
  if (isOtherRequest(record.request, live, model)) return { is: 'other', why: 'its request differs' }
  // Only its status was asked for. Before an act, its tag is read too.
  if (record.window?.marked && live.markRead === undefined) return { is: 'same' }
  return { is: 'same', identity }
}

/** Returns whether a job's request differs from the submitted one. Supported updates do not count. */
function isOtherRequest(request: JsonObject, live: Live, model: KindModel): boolean {
  const fixed = model.identity.identify?.(request) ?? request
  return findDeviations(request, live, model).some(({ pointer, from, to }) => {
    const member = pointer.split('/')[1] ?? ''
    if (!(member in fixed)) return false
    // Groups may be added to a running job.
    return !(Array.isArray(from) && Array.isArray(to) && to.every((one) => from.includes(one)))
  })
}

function toSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}
