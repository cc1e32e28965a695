import type { Traits } from './faults.ts'
import type { Variation } from './work.ts'

/** An injected bug: a text that occurs exactly once in a file, and its replacement. */
export type Mutation = {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /**
   * What detects it: random worlds by default, worlds of one trait or in another setting, runs that are ended at every
   * effect, or a test file.
   */
  readonly in?: 'endings' | { readonly trait: keyof Traits } | { readonly with: Variation } | { readonly test: string }
}

/**
 * Every injected protocol bug; each must be detected. Some are left out, because alone they change nothing visible.
 *
 * - The second read of a missing job, and the grace before it: they add a margin to the wait for late requests.
 * - The fdatasync of the journal, or its content over another base: a lost outcome is found again like any unknown one.
 * - The end of a run that could not store its results: its next pass detects that itself.
 * - The identity check before a call, which repeats the one in the plan. For it, rules.ts names a test.
 */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an unknown create is sent again at once',
    file: 'src/apply/throttled.ts',
    from: "if (outcome.is !== 'not-done') return outcome",
    to: "if (outcome.is === 'done' || (outcome.is === 'unknown' && attempt === ATTEMPTS_MAX)) return outcome\n    if (outcome.is === 'unknown') continue",
  },
  {
    name: 'an unknown create is sent again by the next pass',
    file: 'src/plan/situations/unknown.ts',
    from: '  if (record.intent.givenUp) return',
    to: '  if (record.intent) return',
  },
  {
    name: 'an unknown outcome is taken for not done, and its intent released',
    file: 'src/apply/create.ts',
    from: "if (outcome.is === 'unknown') return settle(pass, timed, outcome.problem)",
    to: "if (outcome.is === 'unknown') return recordNotDone(pass, intended, 'create', outcome.problem)",
  },
  {
    name: 'an answer of 5xx is taken for not done',
    file: 'src/aws/attempt.ts',
    from: "status < 400 || status > 499 || status === 408) return false\n  return problem.status === status && problem.class !== 'outage'",
    to: 'status < 400 || status === 408) return false\n  return problem.status === status',
  },
  {
    name: 'a 4xx that no service signed is taken for not done',
    file: 'src/aws/attempt.ts',
    from: "problem.class !== 'outage' && isServiceError(error)",
    to: "problem.class !== 'outage'",
  },
  {
    name: 'there is no lease',
    file: 'src/apply/apply.ts',
    from: '!broken && !options.signal.aborted && isLeaseValid()',
    to: '!broken && !options.signal.aborted',
  },
  {
    name: 'the lease does not see that the machine slept',
    file: 'src/apply/apply.ts',
    from: 'Math.max(clock.monotonic() - from, (clock.now() - wallFrom) / timeScale)',
    to: 'clock.monotonic() - from + 0 * (wallFrom + timeScale)',
  },
  {
    name: 'the lease is checked before the request is signed',
    file: 'test/simulation/network.ts',
    from: '  const signedAt = await process.effect(`${label} is signed`, random.int(1, 3), () => wallOf(machine, setting))\n  if (sending) {\n    if (signal?.aborted || !sending.mayStillSend()) throw new Abandoned()\n    sending.handed = true\n  }',
    to: '  if (sending) {\n    if (signal?.aborted || !sending.mayStillSend()) throw new Abandoned()\n    sending.handed = true\n  }\n  const signedAt = await process.effect(`${label} is signed`, random.int(1, 3), () => wallOf(machine, setting))',
  },
  {
    name: 'a push does not compare before it moves the branch',
    file: 'src/state/git-compare-and-swap.ts',
    from: "`--force-with-lease=${ref}:${expected ?? ''}`",
    to: "'--force'",
  },
  {
    name: 'two machines make the same commit and both take it for theirs',
    file: 'src/state/git-store.ts',
    from: '`${message}\\n\\nWriter: ${mark()}`',
    to: '`${message}${mark === undefined}`',
  },
  {
    name: 'a file is written by everybody at once',
    file: 'src/state/lock.ts',
    from: "const free = await reportDiskErrors(file, 'locking', () => tryLock(file))",
    to: "const free = (await reportDiskErrors(file, 'locking', () => tryLock(file))) ?? (async () => {})",
  },
  {
    name: 'intents are only appended, not committed, before their creates',
    file: 'src/apply/apply.ts',
    from: 'const committed = await store.commit(changes, formatMessage(plan, intended), needs)',
    to: "await store.append(changes)\n    const committed = { is: 'committed', state: store.state, message: `${formatMessage(plan, intended)}${needs.always}` }",
  },
  {
    name: 'a state is not durable when its write ends',
    file: 'src/system/disk.ts',
    from: '  await disk.syncFolder(path.dirname(file))\n',
    to: '',
  },
  {
    name: 'a job is started before its file was sent',
    file: 'src/plan/situations/submitted.ts',
    from: 'planUpload(plan, spec, record) ??',
    to: '',
  },
  {
    name: 'a job is started from a record that the store does not hold',
    file: 'src/apply/apply.ts',
    from: 'if (changes.length + steps.length > 0) {',
    to: 'if (changes.length > 0) {',
  },
  {
    name: 'a job that is absent from a read is made again, whatever the state says',
    file: 'src/plan/situations/submitted.ts',
    from: '  if (fresh) return fresh\n  const now = ',
    to: "  if (seen?.is === 'absent') return planNew(plan, spec, { reason: 'gone', attempt: 1 })\n  if (fresh) return fresh\n  const now = ",
  },
  {
    name: 'a job that already began is not taken over',
    file: 'src/plan/situations/unknown.ts',
    from: 'return live.request !== undefined && isCandidate(plan, spec, record, live)',
    to: "return live.request !== undefined && live.status === 'WAITING' && isCandidate(plan, spec, record, live)",
    in: { test: 'test/plan/situations/unknown.test.ts' },
  },
  {
    name: 'the job of an earlier run is nobody’s',
    file: 'src/plan/questions/ownership.ts',
    from: 'for (const { id, site } of record.history ?? []) note(claims, id, site)',
    to: 'for (const { id, site } of record.history ?? []) note(new Map(), id, site)',
  },
  {
    name: 'a packet that may still arrive is not waited for',
    file: 'src/model/create-protocol.ts',
    from: 'leaseMs + signatureMs + requestMs + listLagMs + aheadMs',
    to: 'leaseMs + 0 * (signatureMs + requestMs + listLagMs + aheadMs)',
  },
  {
    name: 'what is missing from a part of the specs is withdrawn',
    file: 'src/plan/questions/absence.ts',
    from: '  if (!complete) return',
    to: '  if (!complete && !checkout) return',
  },
  {
    name: 'an older checkout creates and withdraws',
    file: 'src/plan/bounds/guards.ts',
    from: "    case 'behind':\n",
    to: '',
  },
  {
    name: 'a rename is a new job',
    file: 'src/plan/questions/rename-pairs.ts',
    from: 'if (orphans.size === 0) return NONE',
    to: 'if (orphans.size >= 0) return NONE',
  },
  {
    name: 'a journal is replayed over another base',
    file: 'src/state/recover.ts',
    from: 'if (fold < 0) return merge(base, own)',
    to: 'if (fold < 0) return applyChanges(base, own)',
    in: { test: 'test/state/stores.test.ts' },
  },
  {
    name: 'a release takes away an attempt that another machine made later',
    file: 'src/state/merge.ts',
    from: 'a.run === b?.run && a.attempt === b.attempt && a.at === b.at',
    to: 'a.run === b?.run && a.attempt === b.attempt',
    in: 'endings',
  },
  {
    name: 'a record that was renamed comes back under its old name',
    file: 'src/state/merge.ts',
    from: '(findHeir(base, heirs, name, record, settled.get(name) ?? []) ?? name)',
    to: '(findHeir(base, heirs, name, record, []) && name ? name : name)',
    in: { test: 'test/state/merge.test.ts' },
  },
  {
    name: 'a state that went back is believed',
    file: 'src/state/recover.ts',
    from: 'if (current.serial < seen.serial) {',
    to: 'if (current.serial < 0) {',
  },
  {
    name: 'a state of another lineage is believed',
    file: 'src/state/recover.ts',
    from: 'if (current.lineage !== seen.lineage) {',
    to: 'if (current.lineage === undefined) {',
  },
  {
    name: 'a torn line at the end of a journal is damage',
    file: 'src/state/journal-lines.ts',
    from: "const torn = lines.pop() !== ''",
    to: "const torn = lines.at(-1) !== '' || lines.pop() !== ''",
    in: { test: 'test/state/journal.test.ts' },
  },
  {
    name: 'a change is on record before a read shows it',
    file: 'src/apply/update.ts',
    from: '  const first = await identifyJob(',
    to: "  await pass.append([{ set: 'record', address, record: { ...record, request: writeDocuments(spec.request, model.request.documents) } }])\n  const first = await identifyJob(",
  },
  {
    name: 'a job that is to end with its spec is cancelled although the spec may be there',
    file: 'src/plan/situations/removed-spec.ts',
    from: '  if (obstacle !== undefined)\n',
    to: '  if (obstacle !== undefined && !mayCancel(record))\n',
  },
  {
    name: 'a job that is on no record is not looked for before the first create',
    file: 'src/plan/situations/new.ts',
    from: '    planLookalike(plan, spec, model, occasion.previous) ??\n',
    to: '',
  },
  {
    name: 'what an earlier run left is all that is looked for',
    file: 'src/plan/questions/lookalikes.ts',
    from: 'previous.run === spec.policy.run',
    to: 'previous.run <= spec.policy.run',
    in: { test: 'test/plan/questions/lookalikes.test.ts' },
  },
  {
    name: 'a job of a later attempt than the one on record is not known again',
    file: 'src/plan/situations/unknown.ts',
    from: '  if (marker === intent.marker) return true\n',
    to: '  if (intent) return marker === intent.marker\n',
    in: { test: 'test/plan/situations/unknown.test.ts' },
  },
  {
    name: 'a job under a former name is not looked for',
    file: 'src/plan/questions/renames.ts',
    from: '  if (lost) return lost\n',
    to: '',
    in: { test: 'test/plan/plan.test.ts' },
  },
  {
    name: 'a message of AWS is kept with the secrets in it',
    file: 'src/aws/aws-error.ts',
    from: 'mask(message, secrets)',
    to: "(secrets && mask('', []), message)",
    in: { test: 'test/aws/attempt.test.ts' },
  },
  {
    name: 'jobs older than the intent are adopted',
    file: 'src/model/evidence.ts',
    from: '  return createdAt !== undefined && Date.parse(createdAt) < computeEarliestCreation(intent)',
    to: '  return createdAt !== undefined && Date.parse(createdAt) < 0 * computeEarliestCreation(intent)',
    in: { trait: 'people' },
  },
  {
    name: 'any job with the ID is adopted',
    file: 'src/plan/situations/unknown.ts',
    from: "  const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))",
    to: "  const isOurs = fits || mark === 'own' || isProven || !isProven",
    in: { trait: 'people' },
  },
  {
    name: 'a cancel needs no write of the state',
    file: 'src/apply/apply.ts',
    from: "steps.some(({ action }) => action === 'update' || action === 'cancel')",
    to: "steps.some(({ action }) => action === 'update')",
    in: { trait: 'changes' },
  },
  {
    name: 'a machine whose clock is off creates',
    file: 'src/plan/bounds/guards.ts',
    from: 'if (Math.abs(clockOffsetMs) <= CLOCKS_MS ||',
    to: 'if (Math.abs(clockOffsetMs) >= 0 * CLOCKS_MS ||',
    in: { trait: 'clocks' },
  },
  {
    name: 'a diverged checkout speaks for the repository',
    file: 'src/plan/bounds/guards.ts',
    from: "    case 'diverged':\n",
    to: '',
    in: { trait: 'checkouts' },
  },
  {
    name: 'an unknown checkout speaks for the repository',
    file: 'src/plan/bounds/guards.ts',
    from: "    case 'unknown':\n      return [",
    to: "    case 'unknown':\n      if (head) return []\n      return [",
    in: { trait: 'checkouts' },
  },
  {
    name: 'the word that a create made no job is believed at once',
    file: 'src/plan/decisions/not-created.ts',
    from: 'if (getReadTime(plan) < Date.parse(until) && !force) {',
    to: 'if (getReadTime(plan) < 0 * Date.parse(until) && !force) {',
    in: { trait: 'words' },
  },
  {
    name: 'the guards let everything through',
    file: 'src/plan/bounds/guards.ts',
    from: '  if (planned + before <= max) return []',
    to: '  if (planned + before <= max || max >= 0) return []',
    in: { trait: 'guards' },
  },
  {
    name: 'what is not committed is submitted',
    file: 'src/plan/situations/new.ts',
    from: '  if (uncommitted.length === 0) return undefined',
    to: '  if (uncommitted.length >= 0) return undefined',
    in: { trait: 'dirty' },
  },
  {
    name: 'edited unknowns are sent too early',
    file: 'src/plan/situations/unknown.ts',
    from: '(isEdited || hasOtherIdOrSite(plan, spec, record, model))',
    to: '((isEdited && false) || hasOtherIdOrSite(plan, spec, record, model))',
  },
  {
    name: 'nobody looks for the second job of a proxy',
    file: 'src/reconcile/reconcile.ts',
    from: '(run.gaveUp ? undefined : await audit(',
    to: '(run.gaveUp || run ? undefined : await audit(',
  },
  {
    name: 'the job of another state is adopted by ID',
    file: 'src/plan/situations/unknown.ts',
    from: "  const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))",
    to: "  const isOurs = fits && (mark !== 'none' || isProven)",
    in: { trait: 'people' },
  },
  {
    name: 'another ID is a word on whose job it is',
    file: 'src/plan/situations/unknown.ts',
    from: 'if (isAnother && hasOtherIdOrSite(',
    to: 'if ((isAnother || mayBeOurs) && hasOtherIdOrSite(',
  },
  {
    name: 'second jobs are looked for by our own clock',
    file: 'src/reconcile/reconcile.ts',
    from: '  return clock.now() + (offset === undefined ? 0 : offset + ANSWER_MS)',
    to: '  return clock.now() + (offset === undefined ? 0 : 0)',
  },
  {
    name: 'a job under a recorded ID is ours whenever it was created',
    file: 'src/model/evidence.ts',
    from: 'if (toSeconds(known.createdAt) === toSeconds(createdAt))',
    to: 'if (toSeconds(known.createdAt) >= 0 || toSeconds(createdAt) >= 0)',
    in: { trait: 'people' },
  },
  {
    name: 'a job is created before its time',
    file: 'src/plan/questions/timing.ts',
    from: 'from !== undefined && now < from',
    to: 'from !== undefined && now < 0 * from',
    in: { trait: 'times' },
  },
  {
    name: 'a spec that is expired is submitted',
    file: 'src/plan/questions/timing.ts',
    from: 'if (expires !== undefined && now >= expires) {',
    to: 'if (expires !== undefined && now < 0 * expires) {',
    in: { trait: 'times' },
  },
  {
    name: 'a failed job needs nobody',
    file: 'src/plan/attention/findings.ts',
    from: '  if (!hasFailed(record) || occurrence?.isSettled) return []',
    to: '  if (hasFailed(record) || !hasFailed(record)) return []',
  },
  {
    name: 'an update needs no write of the state',
    file: 'src/apply/apply.ts',
    from: "steps.some(({ action }) => action === 'update' || action === 'cancel')",
    to: "steps.some(({ action }) => action === 'cancel')",
    in: { trait: 'changes' },
  },
  {
    name: 'a clock that is ahead believes a word too early',
    file: 'src/plan/situations/unknown.ts',
    from: 'return computeDeadline(intent, waits, { byMatch, clockOffsetMs })',
    to: 'return computeDeadline(intent, waits, { byMatch, clockOffsetMs: 0 * (clockOffsetMs ?? 0) })',
    in: { trait: 'clocks' },
  },
  {
    name: 'nobody measures how far a clock is ahead',
    file: 'src/model/create-protocol.ts',
    from: 'const aheadMs = Math.max(0, -clockOffsetMs)',
    to: 'const aheadMs = 0 * clockOffsetMs',
    in: { trait: 'clocks' },
  },
  {
    name: 'an unknown create takes what a person called foreign',
    file: 'src/plan/situations/unknown.ts',
    from: '!plan.claims.has(key) && !isForeign(plan, key) && !isBefore(record.intent, live)',
    to: '!plan.claims.has(key) && !isBefore(record.intent, live)',
    in: { trait: 'people' },
  },
  {
    name: 'no job is ever foreign',
    file: 'src/plan/questions/ownership.ts',
    from: 'return state?.foreign?.[key] !== undefined',
    to: "return state?.foreign?.[key] === 'foreign'",
    in: { trait: 'people' },
  },
  {
    name: 'a job of the ID with another request is ours',
    file: 'src/plan/situations/unknown.ts',
    from: 'const fits = isFree && changes.length === 0 && !isBefore(record.intent, live)',
    to: 'const fits = isFree && changes.length >= 0 && !isBefore(record.intent, live)',
    in: { trait: 'people' },
  },
  {
    name: 'what is uncommitted is changed in AWS',
    file: 'src/plan/situations/submitted.ts',
    from: 'const stop = planHeld(plan, spec) ?? planUncommitted(plan, spec)',
    to: 'const stop = planHeld(plan, spec)',
    in: { trait: 'dirty' },
  },
]
