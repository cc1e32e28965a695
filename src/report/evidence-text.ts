import { isSettled, type JobRecord } from '../model/state.ts'
import { formatTime } from './time.ts'

/** Says in sentences what proves that a recorded job is ours, or what is known of its create. Raw text: sinks escape it. */
export function describeEvidence(record: JobRecord): string[] {
  const { how, identity, window } = record
  return [
    ...(isSettled(record) ? [] : describeIntent(record.intent)),
    ...(how === 'adopted' ? ['Jobwright did not create this job. It was adopted.'] : []),
    ...(how === 'baseline' ? ['A person recorded it as done. Jobwright never read its job.'] : []),
    ...(identity ? [describeIdentity(identity)] : []),
    ...(window ? [describeWindow(window)] : []),
    ...(record.lost ? ['AWS no longer has this job, although it had not finished.'] : []),
    ...(record.archived ? ['AWS has deleted this finished job. The record stays.'] : []),
    ...(record.cancelled ? ['Jobwright cancelled it, because its spec or a person asked for that.'] : []),
    ...(record.withdrawn ? [`Its spec was removed: ${formatTime(record.withdrawn)}.`] : []),
  ]
}

function describeIntent(intent: NonNullable<JobRecord['intent']>): string[] {
  const { attempt, at, evidence, refused, absentSince, until, givenUp } = intent
  return [
    `The outcome of the create is not known yet. Attempt ${attempt} was stored ${formatTime(at)}.`,
    ...(evidence === undefined ? ['No answer to it is on record.'] : [`It got no clear answer: ${evidence}`]),
    ...(refused ? ['AWS said that the job ID is taken.'] : []),
    ...(absentSince ? [`A first search found no job: ${formatTime(absentSince)}.`] : []),
    ...(givenUp ? ['A person said that it created no job.'] : []),
    ...(until && !givenUp
      ? [`From ${formatTime(until)}, a search that finds nothing proves that there is no job.`]
      : []),
  ]
}

function describeIdentity({ createdAt, source }: NonNullable<JobRecord['identity']>): string {
  const proof = source === 'answer' ? "AWS's answer to the create" : 'A read'
  return `${proof} named its creation time: ${formatTime(createdAt)}. Jobwright recognises the job by it.`
}

function describeWindow({ from, to, marked }: NonNullable<JobRecord['window']>): string {
  const mark = marked ? " The create asked for Jobwright's mark." : ''
  return `AWS created it between ${formatTime(from)} and ${formatTime(to)}. No read has proved the exact time yet.${mark}`
}
