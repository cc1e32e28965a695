import type { Mutation } from './mutations.ts'

type Rule = readonly [name: string, from: string, to: string]

/** The mutations of one file that one test detects. */
function inTest(test: string, file: string, rules: readonly Rule[]): Mutation[] {
  return rules.map(([name, from, to]) => ({ name, file, from, to, in: { test } }))
}

/**
 * Every rule of the invariants and the evidence table (ARCHITECTURE.md), broken one by one, with the test that detects
 * it: comparisons, margins, guards and refusals. Most do no harm in a single random world, or only where a person would
 * notice.
 */
export const RULES: readonly Mutation[] = [
  ...inTest('test/plan/exactly-once.test.ts', 'src/model/evidence.ts', [
    [
      'a job older than the intent fits it',
      'createdAt !== undefined && Date.parse(createdAt) < computeEarliestCreation(intent)',
      'createdAt !== undefined && Date.parse(createdAt) < 0 * computeEarliestCreation(intent)',
    ],
    [
      'a job older than the intent by our clock fits, whatever margin',
      'return awsAt === undefined ? Date.parse(at) - CLOCKS_MS :',
      'return awsAt === undefined ? Date.parse(at) - 60 * CLOCKS_MS :',
    ],
  ]),
  ...inTest('test/model/evidence.test.ts', 'src/model/evidence.ts', [
    [
      'our clock is taken for AWS’s where an intent has no time of AWS',
      'return awsAt === undefined ? Date.parse(at) - CLOCKS_MS :',
      'return awsAt === undefined ? Date.parse(at) :',
    ],
    [
      'AWS’s time of an intent is taken without its margin',
      ': Date.parse(awsAt) - AWS_MARGIN_MS\n}',
      ': Date.parse(awsAt)\n}',
    ],
    [
      'a later attempt forgets when the first one was sent',
      'if (firstAt !== undefined) return Date.parse(firstAt) - AWS_MARGIN_MS',
      'if (firstAt === null) return 0',
    ],
    ['the first attempt of a run is not carried on', 'return firstAt ?? formatIso(', 'return formatIso('],
    [
      'a mark of another state is nobody’s',
      "if (mark.lineage !== shortenLineage(owner.lineage)) return 'other'",
      "if (mark.lineage !== shortenLineage(owner.lineage)) return 'none'",
    ],
    [
      'a mark of another state is ours',
      "if (mark.lineage !== shortenLineage(owner.lineage)) return 'other'",
      "if (mark.lineage === '') return 'other'",
    ],
    [
      'a mark of another run is this one’s',
      "return mark.address === owner.address && mark.run === owner.run ? 'own' : 'kin'",
      "return mark.address === owner.address ? 'own' : 'kin'",
    ],
    [
      'another creation time under the recorded ID is the job on record',
      'if (toSeconds(known.createdAt) === toSeconds(createdAt))',
      'if (toSeconds(known.createdAt) !== toSeconds(createdAt) || known)',
    ],
    [
      'the recorded creation time is another job’s if its milliseconds differ',
      'if (toSeconds(known.createdAt) === toSeconds(createdAt))',
      'if (known.createdAt === createdAt)',
    ],
    [
      'a job without a creation time is the one on record',
      "return isMarked ? { is: 'same', identity: known } : { is: 'unproven', why: 'AWS does not show when it was created' }",
      "return isMarked || record ? { is: 'same', identity: known } : { is: 'unproven', why: '' }",
    ],
    [
      'a creation time before the window of the answer is ours',
      'if (isEarly || made > to + MARGIN_S)',
      'if (made > to + MARGIN_S)',
    ],
    ['a creation time after the window of the answer is ours', 'if (isEarly || made > to + MARGIN_S)', 'if (isEarly)'],
    [
      'a job with the mark of another state is the one on record',
      "if (mark === 'other' && record.how === 'created') return",
      "if (mark === 'other' && record.how === 'baseline') return",
    ],
    [
      'a job just after the window of the answer is ours without the mark that our create asked for',
      "if (record.window?.marked && live.markRead === 'succeeded' && mark === 'none')",
      "if (record.window?.marked && live.markRead === 'succeeded' && !mark)",
    ],
    [
      'a job just after the window of the answer is proven before its tag is read',
      '  if (record.window?.marked && live.markRead === undefined) return',
      '  if (record.window?.marked && live.markRead === null) return',
    ],
    [
      'a job just after the window of the answer needs a mark that may not be read',
      "if (record.window?.marked && live.markRead === 'succeeded' && mark === 'none')",
      "if (record.window?.marked && mark === 'none')",
    ],
    [
      'the first read of a creation time may be far from the record',
      'Math.abs(Date.parse(createdAt) - Date.parse(expected)) > FIRST_READ_MS',
      'Math.abs(Date.parse(createdAt) - Date.parse(expected)) > 1e15 + FIRST_READ_MS',
    ],
    [
      'a job of which AWS does not tell the request is the one on record',
      "if (live.request === undefined) return { is: 'unproven', why: 'AWS does not show what it does' }\n",
      '',
    ],
    [
      'a job with another request is the one on record',
      "if (isOtherRequest(record.request, live, model)) return { is: 'other', why: 'its request differs' }\n",
      '',
    ],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/model/evidence.ts', [
    [
      'a mark of another address is this one’s',
      "return mark.address === owner.address && mark.run === owner.run ? 'own' : 'kin'",
      "return mark.run === owner.run ? 'own' : 'kin'",
    ],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/model/create-protocol.ts', [
    ['the offset of a clock that is ahead is ignored', 'Math.max(0, -clockOffsetMs)', '0 * clockOffsetMs'],
  ]),
  ...inTest('test/model/create-protocol.test.ts', 'src/model/create-protocol.ts', [
    ['a clock that is behind shortens the wait', 'Math.max(0, -clockOffsetMs)', '-clockOffsetMs'],
    [
      'a signature lives for 5 minutes, whatever the kind',
      'byMatch ? waits.signatureMs : Math.min',
      'byMatch && !waits ? 0 : Math.min',
    ],
    ['a lease never ends', 'return elapsedMs <= leaseMs', 'return elapsedMs <= leaseMs || elapsedMs > 0'],
    ['the default life of a signature is 5 minutes', 'signatureMs: 900_000', 'signatureMs: 300_000'],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/model/create-protocol.ts', [
    [
      'the offset of the clock is not waited for',
      'const aheadMs = Math.max(0, -clockOffsetMs)',
      'const aheadMs = Math.max(0, -clockOffsetMs) * 0',
    ],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/model/create-protocol.ts', [
    ['the lease does not count for the deadline', 'leaseMs + signatureMs + requestMs', 'signatureMs + requestMs'],
    [
      'the life of a signature does not count for the deadline',
      'leaseMs + signatureMs + requestMs',
      'leaseMs + 0 * signatureMs + requestMs',
    ],
    [
      'the time of a request does not count for the deadline',
      'signatureMs + requestMs + listLagMs',
      'signatureMs + 0 * requestMs + listLagMs',
    ],
    [
      'the lag of lists does not count for the deadline',
      'requestMs + listLagMs + aheadMs',
      'requestMs + 0 * listLagMs + aheadMs',
    ],
    ['the default lease is an hour', 'leaseMs: 60_000,', 'leaseMs: 3_600_000,'],
    ['the default time of a request is nothing', 'requestMs: 30_000', 'requestMs: 0'],
    ['the default lag of lists is nothing', 'listLagMs: 90_000', 'listLagMs: 0'],
  ]),
  ...inTest('test/plan/questions/dependencies.test.ts', 'src/model/create-protocol.ts', [
    ['the default grace is nothing', 'graceMs: 15_000', 'graceMs: 0'],
  ]),
  ...inTest('test/model/evidence.test.ts', 'src/model/create-protocol.ts', [
    ['clocks may differ by an hour', 'CLOCKS_MS = 60_000', 'CLOCKS_MS = 3_600_000'],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/model/create-protocol.ts', [
    [
      'a job that was made a moment ago is missing at once',
      'formatIso(Date.parse(createdAt) + listLagMs)',
      'formatIso(Date.parse(createdAt) + 0 * listLagMs)',
    ],
  ]),
  ...inTest('test/plan/situations/unknown.test.ts', 'src/plan/situations/unknown.ts', [
    [
      'any job of the ID is taken for the unknown create’s',
      "const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))",
      'const isOurs = owner === undefined || (fits && isProven)',
    ],
    [
      'a job of which AWS does not tell the request is adopted',
      'return live.request !== undefined && isCandidate(plan, spec, record, live) && isJobOf(record.request, live, model)',
      'return isCandidate(plan, spec, record, live) && (live.request === undefined || isJobOf(record.request, live, model))',
    ],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/plan/situations/unknown.ts', [
    [
      'a job of the ID without a mark needs no proof',
      "(mark === 'none' && isProven)",
      "(mark === 'none' && (isProven || true))",
    ],
    [
      'a job of the ID with the mark of another is taken over',
      "const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))",
      'const isOurs = fits && (mark || isProven)',
    ],
    [
      'a job without the tag that this create asked for is taken over',
      '!record.intent.refused && !isMarkMissing(record, live)',
      '!record.intent.refused',
    ],
    [
      'a job of the ID is taken over by request or time alone',
      'return createdAt !== undefined && request !== undefined',
      'return createdAt !== undefined || request !== undefined',
    ],
    [
      'an unknown create is settled although nothing was read',
      "if (seen === undefined || seen.is === 'failed') {\n    return seen\n      ? planUnread(spec, seen, record)\n      : planSettling(spec, record, 'the outcome of its create is not known yet')\n  }\n",
      "if (seen === undefined || seen.is === 'failed') return planAbsent(plan, spec, record, plan.waits.graceMs)\n",
    ],
    [
      'of several marked jobs the first is taken',
      'if (job && more.length === 0 && isInTime',
      'if (job && more.length >= 0 && isInTime',
    ],
    [
      'a job that a person called foreign is adopted',
      '!plan.claims.has(key) && !isForeign(plan, key) && !isBefore',
      '!plan.claims.has(key) && !isBefore',
    ],
    [
      'a job that another address has is adopted',
      '!plan.claims.has(key) && !isForeign(plan, key) &&',
      '!isForeign(plan, key) &&',
    ],
    [
      'a job that is older than the create is adopted from a list',
      '!isForeign(plan, key) && !isBefore(record.intent, live)',
      '!isForeign(plan, key)',
    ],
    [
      'a marked job with another request is adopted',
      'return live.request !== undefined && isCandidate(plan, spec, record, live) && isJobOf(record.request, live, model)',
      'return live.request !== undefined && isCandidate(plan, spec, record, live) && (isJobOf(record.request, live, model) || live.marker !== undefined)',
    ],
    [
      'the second look at an absence follows at once',
      'const until = addTime(since, graceMs)\n  if (getReadTime(plan) < Date.parse(until))',
      'const until = addTime(since, graceMs)\n  if (getReadTime(plan) < 0 * Date.parse(until))',
    ],
    [
      'an unknown create is sent elsewhere before its deadline',
      '(isEdited || hasOtherIdOrSite(plan, spec, record, model))',
      'isEdited',
    ],
    ['a lower run is sent again', '  if (spec.policy.run < record.run) return planLowerRun(spec, record)\n', ''],
    [
      'an unknown create is decided while offline',
      'if (plan.rules.offline) {',
      'if (plan.rules.offline === undefined) {',
    ],
    [
      'the measured offset does not move the deadline',
      'return computeDeadline(intent, waits, { byMatch, clockOffsetMs })',
      'return computeDeadline(intent, waits, { byMatch, ...(!clockOffsetMs && {}) })',
    ],
  ]),
  ...inTest('test/plan/situations/unknown.test.ts', 'src/plan/situations/unknown.ts', [
    [
      'a job of the ID with another request is taken over',
      'isFree && changes.length === 0 && !isBefore',
      'isFree && !isBefore',
    ],
    [
      'a job of the ID that was there before the create is taken over',
      'changes.length === 0 && !isBefore(record.intent, live)',
      'changes.length === 0',
    ],
    [
      'a job of the ID that another address has is taken over',
      'const fits = isFree && changes',
      'const fits = changes',
    ],
    [
      'the ID of an earlier run without a job is another owner’s',
      'const isFree = owner === undefined || owner === spec.address',
      'const isFree = owner === undefined',
    ],
    [
      'a complete "exists" without our mark is taken over',
      'isMade && !record.intent.refused && !isMarkMissing',
      'isMade && !isMarkMissing',
    ],
    [
      'a job that no request of ours could make any more is taken over',
      'const isMade = isComplete(live) && isInTime(plan, spec, record, live)',
      'const isMade = isComplete(live)',
    ],
    [
      'a tag that is not shown yet is taken for missing',
      "if (fits && mark === 'none' && isMarkPending(plan, record, live))",
      "if (fits && mark === 'none' && !plan)",
    ],
    [
      'of several inert jobs that fit the first is taken',
      'if (matches.length > plan.countRivals(record, model))',
      'if (matches.length < 0 * plan.countRivals(record, model))',
    ],
    [
      'identical unknown creates may not share the jobs',
      'matches.length > plan.countRivals(record, model)',
      'plan.countRivals(record, model) > 0',
    ],
    ['a job that waits is taken before one that was started', "=== 'started' ? 0 : 1)", "=== 'started' ? 1 : 0)"],
    [
      'a job that was made long after the deadline is adopted',
      'more.length === 0 && isInTime(plan, spec, record, job)',
      'more.length === 0',
    ],
    [
      'a marker that is unclear is no reason to ask',
      'if (unclear.length === 0) return planAbsent',
      'if (unclear.length >= 0) return planAbsent',
    ],
    ['a marker of another state is this create’s', '    mark.lineage === own?.lineage &&\n', ''],
    ['a marker of another run is this create’s', '    mark.run === run &&\n', ''],
    [
      'a marker of any address is this create’s',
      '(mark.address === own.address || mark.address === spec.address)',
      '(mark.address === own?.address || mark.address !== undefined)',
    ],
    [
      'absence is believed before the last request can have arrived',
      'if (getReadTime(plan) < Date.parse(sentUntil)) {',
      'if (getReadTime(plan) < 0 * Date.parse(sentUntil)) {',
    ],
    ['absence is believed after one look', 'if (since === undefined) {', 'if (since === null) {'],
    [
      'an edited unknown create is sent again before its deadline',
      '(isEdited || hasOtherIdOrSite(plan, spec, record, model))',
      'hasOtherIdOrSite(plan, spec, record, model)',
    ],
    [
      'a create of a match kind waits for its lease alone',
      '  if (!isPastDeadline) return planSettling(',
      '  if (!isPastDeadline && plan.now < Date.parse(record.intent.leaseUntil)) return planSettling(',
    ],
    [
      'what AWS may have forgotten was never made',
      'if (days !== undefined && plan.now >=',
      'if (days === null && plan.now >=',
    ],
    [
      'a service whose memory is unknown never forgets',
      '(model.lifecycle.retentionDays ?? UNKNOWN_RETENTION_DAYS)',
      'model.lifecycle.retentionDays',
    ],
    ['an attempt has the number of the one before', '? 1 : record.intent.attempt + 1', '? 1 : record.intent.attempt'],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/plan/questions/ownership.ts', [
    [
      'a job on record is nobody’s',
      'note(isSettled(record) ? claims : asked, record.id)',
      'note(isSettled(record) ? new Map() : asked, record.id)',
    ],
    [
      'the ID that an unknown create asked for is free',
      'note(isSettled(record) ? claims : asked, record.id)',
      'note(isSettled(record) ? claims : new Map(), record.id)',
    ],
    [
      'an ID has one owner in all sites',
      "${kind} ${getSiteKey(regionless ? { ...site, region: '*' } : site)} ${id}",
      '${kind} ${getSiteKey && regionless && site ? 0 : 0} ${id}',
    ],
    [
      'a regionless job has an owner in each region',
      "getSiteKey(regionless ? { ...site, region: '*' } : site)",
      'getSiteKey(regionless ? site : site)',
    ],
    ['nothing is foreign', 'return state?.foreign?.[key] !== undefined', "return state?.foreign?.[key] === ''"],
    [
      'two lines of a plan take over the same job',
      "if (planned.action !== 'adopt' || planned.next.id === undefined) return undefined",
      "if (planned.action === 'adopt') return undefined",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/ownership.ts', [
    [
      'two lines of a plan create the same ID',
      'return site && id !== undefined && model.identity.idMember !== undefined ? getOwnerKey(model, site, id) : undefined',
      'return site && id === null ? getOwnerKey(model, site, id) : undefined',
    ],
    [
      'a job that is older than the state is looked at',
      'formatIso(Date.parse(state.horizon) - HORIZON_MARGIN_MS)',
      'formatIso(0 * Date.parse(state.horizon) * HORIZON_MARGIN_MS)',
    ],
    [
      'a state begins at its horizon to the second',
      'Date.parse(state.horizon) - HORIZON_MARGIN_MS',
      'Date.parse(state.horizon) - 0 * HORIZON_MARGIN_MS',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/situations/new.ts', [
    [
      'policy.hold is ignored',
      'return spec.policy.hold ? createLine(spec',
      "return spec.policy.hold && spec.name === '' ? createLine(spec",
    ],
    ['what failed in this run is tried again in it', 'if (failed) return failed\n', ''],
    [
      'uncommitted specs are submitted',
      'if (uncommitted.length === 0) return undefined',
      'if (uncommitted.length >= 0) return undefined',
    ],
    ['the time of a spec does not matter', '    planDue(plan, spec, model) ??\n', ''],
    ['an expired spec is submitted', "if (timing.is === 'expired')\n", "if (timing.is === 'expired' && !plan)\n"],
    [
      'a spec is submitted before its time',
      "if (timing.is === 'waiting') {",
      "if (timing.is === 'waiting' && !plan) {",
    ],
    ['a rename is never asked about', '    planRenamed(plan, spec, occasion.previous) ??\n', ''],
    ['an ID that is taken is used', '    planTaken(plan, spec, model, occasion) ??\n', ''],
    [
      'an ID of another address or run is used again',
      'if (owner !== undefined && !mayBeOurs) return refuseUsedId(spec, model, id, owner)',
      'if (owner === null) return refuseUsedId(spec, model, id, owner)',
    ],
    [
      'a job that exists under the ID is adopted without policy.adopt',
      'return spec.policy.adopt\n    ? planAdoption',
      'return spec.policy.adopt || seen\n    ? planAdoption',
    ],
    [
      'policy.adopt takes a job that differs',
      "if (changes.length > 0) {\n    return createLine(spec, {\n      action: 'conflict',\n      code: 'PLAN_ADOPT_DIFFERS'",
      "if (changes.length > 99) {\n    return createLine(spec, {\n      action: 'conflict',\n      code: 'PLAN_ADOPT_DIFFERS'",
    ],
    [
      'policy.adopt takes a job of which nothing is told',
      'if (live.request === undefined) {',
      'if (live.request === null) {',
    ],
    [
      'a read of the ID that failed found nothing',
      "if (seen === undefined || seen.is === 'absent') return undefined\n  if (seen.is === 'failed') return planUnread(spec, seen)\n  if (spec.policy.adopt",
      "if (seen === undefined || seen.is === 'absent' || seen.is === 'failed') return undefined\n  if (spec.policy.adopt",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/renames.ts', [
    [
      'a job under the former name is made again',
      "if (seen.is === 'failed') return planUnread(spec, seen)\n  const site = plan.siteOf(spec)\n  if (site && plan.claims",
      'if (seen.is) return undefined\n  const site = plan.siteOf(spec)\n  if (site && plan.claims',
    ],
  ]),
  ...inTest('test/plan/questions/uncommitted.test.ts', 'src/plan/questions/uncommitted.ts', [
    [
      'an uncommitted jobwright.yaml is no reason to stop',
      '[...new Set([...spec.files, CONFIG_FILE])]',
      '[...new Set([...spec.files])]',
    ],
    [
      'only the first file of a spec has to be committed',
      '[...new Set([...spec.files, CONFIG_FILE])]',
      '[...new Set([...spec.files.slice(0, 1), CONFIG_FILE])]',
    ],
    ['an uncommitted upload is no reason to stop', '[...uploads, ...config, ...dirty]', '[...config, ...dirty]'],
    ['a deleted jobwright.yaml is no reason to stop', '[...uploads, ...config, ...dirty]', '[...uploads, ...dirty]'],
  ]),
  ...inTest('test/plan/questions/dependencies.test.ts', 'src/plan/situations/new.ts', [
    [
      'a job does not wait for what it depends on',
      'return planDepends(plan, spec)',
      'return planDepends && plan && spec && undefined',
    ],
  ]),
  ...inTest('test/plan/questions/ownership.test.ts', 'src/plan/situations/new.ts', [
    [
      'policy.adopt takes the job of another state',
      "=== 'other')\n    return refuseOwnedElsewhere(spec, model, seen.live)",
      "=== 'never')\n    return refuseOwnedElsewhere(spec, model, seen.live)",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/lookalikes.ts', [
    [
      'a look-alike that was never read is no reason to stop',
      "if (listed.is === 'failed') return planUnread(spec, listed)\n",
      "if (listed.is === 'failed') return undefined\n",
    ],
    [
      'a job that is older than the state is a look-alike',
      'Date.parse(one.createdAt) >= since)',
      'Date.parse(one.createdAt) >= 0 * since)',
    ],
    [
      'a foreign job is a look-alike',
      '(isOwn(plan, spec, one) || !isForeign(plan, getOwnerKey(model, site, one.id))) &&',
      '',
    ],
    [
      'our own marked job is no look-alike',
      'if (mark.address === spec.address) return mark.run === spec.policy.run',
      'if (mark.address === spec.address) return false',
    ],
    [
      'a job of which AWS tells nothing is no look-alike',
      'return live.request === undefined ? !hasEndedEarly(spec, model, live) : isJobOf',
      'return live.request === undefined ? false : isJobOf',
    ],
    ['a job that was never started is a look-alike', "      model.lifecycle.stageOf(one) === 'started' &&\n", ''],
    [
      'match kinds are not looked for',
      "return recovery.is === 'inert' || recovery.is === 'match'",
      "return recovery.is === 'inert'",
    ],
    [
      'inert kinds are not looked for',
      "return recovery.is === 'inert' || recovery.is === 'match'",
      "return recovery.is === 'match'",
    ],
  ]),
  ...inTest('test/plan/questions/lookalikes.test.ts', 'src/plan/questions/lookalikes.ts', [
    [
      'a look-alike that AWS does not date is nobody’s',
      '(one.createdAt === undefined || Date.parse(one.createdAt) >= since)',
      '(one.createdAt !== undefined && Date.parse(one.createdAt) >= since)',
    ],
    ['a job that has an owner is a look-alike', '      !plan.claims.has(getOwnerKey(model, site, one.id)) &&\n', ''],
    [
      'a person’s word excuses our own mark',
      '(isOwn(plan, spec, one) || !isForeign(plan, getOwnerKey(model, site, one.id)))',
      '!isForeign(plan, getOwnerKey(model, site, one.id))',
    ],
    [
      'a marked job of another state is a look-alike',
      'if (mark.lineage !== shortenLineage(plan.lineage)) return false\n',
      '',
    ],
    [
      'a create that was said to have made nothing is looked for no more',
      'if (mark) return mark.attempt > intent.attempt\n',
      'if (mark || intent) return false\n',
    ],
  ]),
  ...inTest('test/plan/questions/duplicates.test.ts', 'src/plan/questions/duplicates.ts', [
    [
      'a duplicate is never told',
      'const isClaimed = indexClaims(input)\n  const mayBeUnknown',
      'if (input) return []\n  const isClaimed = indexClaims(input)\n  const mayBeUnknown',
    ],
    [
      'the audit looks at nothing',
      'return isMarked && isIdentified(record) && !isDone && !wasWithdrawn',
      'return isMarked && isIdentified(record) && isDone && !wasWithdrawn',
    ],
    [
      'a duplicate with our mark is excused',
      "if (mark === 'none' && isForeign(input, getOwnerKey(model, record.site, live.id))) continue",
      "if (mark !== 'none') continue",
    ],
    [
      'a foreign job is a duplicate',
      "      if (mark === 'none' && isForeign(input, getOwnerKey(model, record.site, live.id))) continue\n",
      '',
    ],
    [
      'a job with an owner is a duplicate',
      'if (reported.has(live) || isClaimed(model.kind, record.site, live.id)) continue',
      'if (reported.has(live) || (!isClaimed && live)) continue',
    ],
    [
      'a job of another run is a duplicate',
      "if (mark !== 'own' && (mark !== 'none' ||",
      "if (mark !== 'own' && mark !== 'kin' && (mark !== 'none' ||",
    ],
    [
      'an identical job of another state is a duplicate',
      "if (mark !== 'own' && (mark !== 'none' ||",
      "if (mark !== 'own' && mark !== 'other' && (mark !== 'none' ||",
    ],
    [
      'a job that was made a day before is a duplicate',
      'return time >= Date.parse(getSince(input, record)) && time <= input.currentAt',
      'return time >= 0 * Date.parse(getSince(input, record)) && time <= input.currentAt',
    ],
    [
      'what another run may have made since is a duplicate',
      '&& time <= input.currentAt',
      '&& time <= 2 * input.currentAt',
    ],
    ['a duplicate that was cancelled is told again', ".type === 'Cancelled') continue", ".type === 'never') continue"],
    [
      'an ended job that nobody has audited is forgotten',
      'wasTerminal && !record.unaudited && !hasOpenDuplicate',
      'wasTerminal && !hasOpenDuplicate',
    ],
    ['an audit that could not read says that all is well', 'isWhole = false', 'isWhole = true'],
  ]),
  ...inTest('test/conformance/kinds.test.ts', 'src/reconcile/reconcile.ts', [
    [
      'the audit is off',
      '(run.gaveUp ? undefined : await audit(',
      '(run.gaveUp || !audit || toAudit ? undefined : await audit(',
    ],
    [
      'a job is released from audits before its end',
      'return unaudited && isTerminal(record.condition)',
      'return unaudited',
    ],
  ]),
  ...inTest('test/conformance/kinds.test.ts', 'src/reconcile/world.ts', [
    ['a job that nobody has audited is out of reach after its end', '    !record.unaudited &&\n', ''],
    [
      'a duplicate that is open is out of reach after the end of its job',
      '    !hasOpenDuplicate(state, spec.address, record) &&\n',
      '',
    ],
  ]),
  ...inTest('test/plan/attention/findings.test.ts', 'src/model/attention.ts', [
    [
      'the notes of an old name replace what was acknowledged under the new one',
      'next[to] = [...rest, ...own.map(',
      'next[to] = [...notes, ...[].map(',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/bounds/guards.ts', [
    [
      'a missing state is an empty one',
      'if (plan.state !== undefined || plan.rules.emulator) return []',
      'if (plan.rules || plan.state) return []',
    ],
    ['a diverged checkout creates', "    case 'diverged':\n", ''],
    ['an older checkout creates', "    case 'behind':\n", ''],
    [
      'an unknown checkout creates',
      "    case 'unknown':\n      return [",
      "    case 'unknown':\n      return []\n    case undefined:\n      return [",
    ],
    ['a folder outside Git creates over a state from Git', 'if (rules.allowDirty) return []', 'if (rules) return []'],
    ['checkouts are never compared', '    ...checkCheckout(plan),\n', ''],
    ['guards are off', 'if (planned + before <= max) return []', 'if (planned + before <= max || max >= 0) return []'],
    [
      'guards forget what earlier passes did',
      'if (planned + before <= max) return []',
      'if (planned <= max) return []',
    ],
    ['guards allow one more', 'if (planned + before <= max) return []', 'if (planned + before <= max + 1) return []'],
    ['maxCreates is off', "planned: count('create')", "planned: 0 * count('create')"],
    ['maxUpdates is off', "planned: count('update')", "planned: 0 * count('update')"],
    ['a cancel is no removal', "count('forget') + count('cancel')", "count('forget')"],
    ['a forgotten spec is no removal', "count('forget') + count('cancel')", "count('cancel')"],
    [
      'the clock is not checked',
      'if (Math.abs(clockOffsetMs) <= CLOCKS_MS ||',
      'if (Math.abs(clockOffsetMs) <= 1e12 * CLOCKS_MS ||',
    ],
    [
      'a clock that is ahead is not checked',
      'if (Math.abs(clockOffsetMs) <= CLOCKS_MS ||',
      'if (clockOffsetMs <= CLOCKS_MS ||',
    ],
  ]),
  ...inTest('test/plan/bounds/guards.test.ts', 'src/plan/bounds/guards.ts', [
    [
      'a clock that is behind is not checked',
      'if (Math.abs(clockOffsetMs) <= CLOCKS_MS ||',
      'if (-clockOffsetMs <= CLOCKS_MS ||',
    ],
    ['a state begins with some specs left to run', '    ...checkBaseline(plan, actions),\n', ''],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/plan/bounds/guards.ts', [
    ['a word that comes too early is no refusal', '    ...checkEarly(actions),\n', ''],
  ]),
  ...inTest('test/plan/bounds/guards.test.ts', 'src/plan/input.ts', [
    [
      'a decision that puts a job on record takes any checkout',
      "return decision.is === 'adopt' && !(decision.settles && isOnRecord)",
      "return decision.is === 'removed' && isOnRecord",
    ],
    ['a baseline takes any checkout', "if (decision.is === 'baseline') return true\n", ''],
    [
      'no decision takes an older checkout',
      'if (decisions === undefined) return true',
      'if (decisions === undefined || state) return true',
    ],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/plan/decisions/not-created.ts', [
    [
      '--not-created is believed at once',
      'if (getReadTime(plan) < Date.parse(until) && !force) {',
      'if (getReadTime(plan) < 0 * Date.parse(until) && !force) {',
    ],
    ['--not-created is believed although a job carries the mark', '  if (made) {\n', '  if (made === null) {\n'],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/plan/decisions/foreign.ts', [
    [
      'resolve --foreign excuses our own mark',
      "if (own && ids !== 'listed') return refuseOwnMark",
      'if (own && ids === null) return refuseOwnMark',
    ],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/plan/decisions/adopt.ts', [
    [
      'adopt takes a job that another address has',
      'if (owner !== undefined) return refuseUsedId(spec, model, live.id, owner, record)',
      'if (owner === null) return refuseUsedId(spec, model, live.id, owner, record)',
    ],
    [
      'adopt takes a job that another unknown create asked for',
      'plan.claims.get(key) ?? findOpenClaimant(plan, spec, key)',
      'plan.claims.get(key) ?? (findOpenClaimant && undefined)',
    ],
    [
      'adopt takes a job that is not what was asked for',
      'if (changes.length > 0) return refuseDifferent(spec',
      'if (changes.length > 99) return refuseDifferent(spec',
    ],
  ]),
  ...inTest('test/plan/decisions/plan-decided.test.ts', 'src/plan/decisions/plan-decided.ts', [
    [
      'adopt takes another job over a recorded one',
      'if (record && isSettled(record)) return keepSettled(spec, record, decision)',
      "if (record && isSettled(record) && decision.is !== 'adopt') return keepSettled(spec, record, decision)",
    ],
    [
      'a baseline takes an unknown create as done',
      '      return record\n        ? createLine(spec, {',
      '      return record && !spec\n        ? createLine(spec, {',
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/decisions/not-created.ts', [
    [
      '--not-created is believed although AWS could not be asked',
      "if (look?.is === 'failed' && !force) return",
      "if (look?.is === 'failed' && !force && !plan) return",
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/decisions/foreign.ts', [
    [
      'resolve --foreign of all excuses our own mark',
      'asked.filter((live) => !ours.has(live)).map(getKey)',
      'asked.filter((live) => live || ours).map(getKey)',
    ],
    [
      'resolve --foreign excuses what another unknown create may have made',
      'isMarkedOurs(plan, live) || mayBeUnknown(live)',
      'isMarkedOurs(plan, live)',
    ],
    [
      'resolve --foreign takes an ID that AWS does not list',
      'if (missing !== undefined) return refuseMissing(spec, model, missing)',
      'if (missing === null) return refuseMissing(spec, model, missing)',
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/decisions/adopt.ts', [
    [
      'adopt takes the job of another state without --force',
      "if (mark === 'other' && !force) return refuseOwnedElsewhere",
      "if (mark === 'other' && force) return refuseOwnedElsewhere",
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/decisions/cancel.ts', [
    [
      'cancel ends a job under the recorded ID that is another one',
      "if (seen?.is === 'replaced') return refuseReplaced(",
      "if (seen?.is === 'never') return refuseReplaced(",
    ],
    [
      'cancel ends a job that could not be read',
      "if (seen?.is === 'failed') return planUnread(spec, seen, record)\n  if (seen?.is === 'replaced')",
      "if (seen?.is === 'replaced')",
    ],
    [
      'cancel believes that a job made a moment ago is gone',
      "const until = seen?.is === 'absent' ? computeShownFrom(plan, record) : undefined\n  if (until !== undefined) return createLine(spec, { action: 'settling', record,",
      "const until = seen?.is === 'never' ? computeShownFrom(plan, record) : undefined\n  if (until !== undefined) return createLine(spec, { action: 'settling', record,",
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/decisions/resolve-removed.ts', [
    [
      'a spec that is there is taken as removed',
      '|| plan.specAt.has(spec.address) || plan.blockedAt.has(spec.address))\n    return keep',
      "|| plan.specAt.has('' as never))\n    return keep",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/situations/submitted.ts', [
    [
      'an edit of a submitted spec is ignored',
      'if (changes.length > 0) return { ...planEdit',
      'if (changes.length > 99) return { ...planEdit',
    ],
    ['a lower run runs again', 'if (spec.policy.run < record.run) return { ...planLowerRun(spec, now), next }\n', ''],
    ['a higher run does not run', 'if (spec.policy.run > record.run) {', 'if (spec.policy.run > record.run + 1) {'],
    ['the run on record runs again', 'if (spec.policy.run > record.run) {', 'if (spec.policy.run >= record.run) {'],
    [
      'a job that was made a moment ago is lost',
      'const until = computeShownFrom(plan, record)\n  if (until === undefined) return undefined',
      'const until = computeShownFrom(plan, record)\n  if (until !== null) return undefined',
    ],
    [
      'a held job is started',
      "if (spec.policy.hold)\n      return createLine(spec, { ...base, action: 'held'",
      "if (spec.policy.hold && !plan) return createLine(spec, { ...base, action: 'held'",
    ],
    [
      'a job that is over is started',
      "record.stage === 'created' && !isTerminal(record.condition)) {\n    const failed",
      "record.stage === 'created') {\n    const failed",
    ],
    [
      'an update goes out although the spec is not committed',
      'planHeld(plan, spec) ?? planUncommitted(plan, spec)',
      'planHeld(plan, spec)',
    ],
    [
      'an update goes out although the spec is held',
      'planHeld(plan, spec) ?? planUncommitted(plan, spec)',
      'planUncommitted(plan, spec)',
    ],
    [
      'a job that is over is updated',
      'isIdentified(record) && !isTerminal(record.condition) && record.lost !== true',
      'isIdentified(record) && record.lost !== true',
    ],
    [
      'a job that is lost is updated',
      'isIdentified(record) && !isTerminal(record.condition) && record.lost !== true',
      'isIdentified(record) && !isTerminal(record.condition)',
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/context.ts', [
    [
      'a job whose ID is another’s now is taken for the one on record',
      "if (verdict.is === 'other') return { is: 'replaced', why: verdict.why }\n",
      '',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/context.ts', [
    [
      'a finished job that AWS forgot is lost',
      'isTerminal(record.condition) ? { ...record, archived: true } : { ...record, lost: true }',
      'isTerminal(record.condition) && !record ? { ...record, archived: true } : { ...record, lost: true }',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/edits.ts', [
    [
      'a job that moves to another site is no edit',
      'if (site === undefined || getSiteKey(site) === getSiteKey(record.site)) return []',
      'if (site === undefined || getSiteKey(site) || record) return []',
    ],
    [
      'another ID in the spec is no edit',
      'if (own === undefined || record.id === undefined || own === record.id) return []',
      'if (own || record) return []',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/absence.ts', [
    ['a missing spec outside Git is gone', 'return rules.allowRemovals\n', 'return rules\n'],
    [
      'a missing spec in an older checkout is gone',
      "if (relation !== 'none' && relation !== 'same' && relation !== 'ahead')",
      'if (relation === undefined)',
    ],
    [
      'a missing spec is gone although files are not committed',
      'rules.allowDirty ? [] : [...checkout.deleted, ...checkout.dirty]',
      'rules.allowDirty ? [] : [...checkout.dirty]',
    ],
    [
      'a missing spec is gone although its file was edited',
      'rules.allowDirty ? [] : [...checkout.deleted, ...checkout.dirty]',
      'rules.allowDirty ? [] : [...checkout.deleted]',
    ],
  ]),
  ...inTest('test/plan/situations/unknown.test.ts', 'src/plan/context.ts', [
    ['absence counts as of the plan, not of its reads', 'return Math.min(now, readFrom)', 'return now + 0 * readFrom'],
  ]),
  ...inTest('test/plan/situations/removed-spec.test.ts', 'src/plan/questions/absence.ts', [
    [
      'a missing spec is gone although the state may be another project’s',
      `  if (unclaimed) return "it may be another project's: the state does not say whose it is"\n`,
      '',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/situations/removed-spec.ts', [
    ['a filter withdraws what it hides', "  if (plan.only) return 'only some specs were selected'\n", ''],
    ['a spec that was renamed is withdrawn', '  if (heir !== undefined) return `${heir} looks like it renamed`\n', ''],
    [
      'a job is cancelled with its spec although nothing asked for it',
      "return record.onRemove === 'cancel' && isCancellable(record)",
      "return record.onRemove !== 'keep' && isCancellable(record)",
    ],
    [
      'a job that could not be read is cancelled with its spec',
      "  if (seen?.is === 'failed') return { ...base, remedies: [UNREAD], ...describeUnread(seen) }\n",
      '',
    ],
  ]),
  ...inTest('test/plan/situations/removed-spec.test.ts', 'src/plan/situations/removed-spec.ts', [
    [
      'a record is forgotten while its create may still arrive',
      'if (getReadTime(plan) < Date.parse(until) && !record.intent.givenUp)',
      'if (false && !record.intent.givenUp)',
    ],
    [
      'a spec that may be renamed with errors is withdrawn',
      '  if (broken) return `${broken} has errors and no job yet, and may be it renamed`\n',
      '',
    ],
    [
      'a job under a removed spec’s ID is cancelled although it is another one',
      '    seen === undefined\n      ? record\n',
      "    seen === undefined || seen.is === 'replaced'\n      ? record\n",
    ],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/plan/situations/removed-spec.ts', [
    [
      'an unknown create of a removed spec is forgotten',
      "if (planned.action !== 'held' && planned.action !== 'conflict') return planned",
      "if (planned.action === 'create') return planned",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/situations/plan-cancel.ts', [
    [
      'a job that is over is cancelled',
      'return isIdentified(record) && !isTerminal(record.condition) && record.lost !== true',
      'return isIdentified(record) && record.lost !== true',
    ],
    [
      'a service’s refusal to cancel is ignored',
      'if (refused !== undefined) return { refused }',
      "if (refused === '') return { refused }",
    ],
  ]),
  ...inTest('test/plan/decisions/decisions.test.ts', 'src/plan/situations/plan-cancel.ts', [
    [
      'a cancel that failed is tried again in the run',
      'return planFailed(plan, address, spec, record) ?? { address',
      'return { address',
    ],
  ]),
  ...inTest('test/plan/situations/new.test.ts', 'src/plan/questions/rename-pairs.ts', [
    [
      'withdrawn records are renamed',
      'withdrawn === undefined && !present.has(address)',
      '(withdrawn === undefined || !present.has(address)) && !present.has(address)',
    ],
    [
      'a record whose spec is there is renamed',
      'withdrawn === undefined && !present.has(address) &&',
      'withdrawn === undefined &&',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/rename-pairs.ts', [
    [
      'allowIdentical does not excuse a rename',
      '!records[spec.address] && !spec.policy.allowIdentical',
      '!records[spec.address]',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/questions/former-names.ts', [
    [
      'metadata.formerly moves a record while its spec is there',
      'records[spec.address] || present.has(from) ||',
      'records[spec.address] || (!present && from) ||',
    ],
    [
      'metadata.formerly replaces a record',
      'if (!record || records[spec.address] || present.has(from) ||',
      'if (!record || present.has(from) ||',
    ],
    [
      'metadata.formerly moves a record in an older checkout',
      'if (renamed.length === 0 || explainPresence(input) !== undefined) return { input, moved }',
      'if (renamed.length === 0) return { input, moved }',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/bounds/quotas.ts', [
    ['jobs that run take no place', 'used: isOver ? used : used + 1', 'used: isOver ? used : used + 0'],
    ['the daily budget is off', 'if (!spending.allowed)\n', 'if (!spending.allowed && !plan)\n'],
  ]),
  ...inTest('test/lane/lane.test.ts', 'src/lane/budget.ts', [
    ['a daily budget never ends', 'if (current.used < perDay) return', 'if (current.used <= perDay) return'],
    ['a later day on record is forgotten', 'budget.day >= today', 'budget.day === today'],
  ]),
  ...inTest('test/redis/turn-script.test.ts', 'src/redis/turn-script.ts', [
    [
      'the highest rate of the runs wins',
      'math.min(lowest, rate), waiting + waits',
      'math.max(lowest, rate), waiting + waits',
    ],
    ['a throttle slows no shared lane', 'math.max(full * ${FLOOR}, rate * ${CUT})', 'rate'],
    [
      'each throttle of a second slows a shared lane',
      'throttles > 0 and now - (cut - shift) >= ${CUT_EVERY_MS} then',
      'throttles > 0 then',
    ],
    [
      'a run that is gone shares a lane',
      'math.abs(now - seen) < ${PEER_MS} then',
      'math.abs(now - seen) < 100 * ${PEER_MS} then',
    ],
    ['a lost lane begins at its full rate', 'lane.rate or (knownRate > 0 and knownRate) or full', 'lane.rate or full'],
    ['a lost lane begins at once', 'fresh and now + knownPeers * step', 'fresh and now'],
    ['turns of a shared lane lie on each other', 'text(slot + turns * step)', 'text(slot)'],
    ['an unused lane is kept for ever', "redis.call('PEXPIRE', key, ${LANE_MS})", "redis.call('PERSIST', key)"],
  ]),
  ...inTest('test/redis/shared-lanes.test.ts', 'src/redis/shared-lanes.ts', [
    ['without Redis a run takes the whole rate', 'const peers = known?.peers ?? 1\n', 'const peers = known ? 1 : 1\n'],
    [
      'without Redis a throttle slows nobody',
      'if (own !== undefined) own.throttled(now)',
      'if (own !== undefined) own.rate(now)',
    ],
    ['a run warns of Redis each time', 'if (!hasWarned) warn(trouble)', 'warn(trouble)'],
    ['a run does not notice a flush', 'now - knownAt < LANE_MS / 2', 'now - knownAt < 0'],
    ['a flush forgets the throttles', 'known?.rate ?? 0, known?.peers ?? 0]', '0, known?.peers ?? 0]'],
  ]),
  ...inTest('test/redis/open-redis.test.ts', 'src/redis/open-redis.ts', [
    ['an answer that a busy process reads late is none', 'await clock.sleep(0)', ''],
  ]),
  ...inTest('test/redis/quota-script.test.ts', 'src/redis/quota-script.ts', [
    ['a state takes the slots of others', 'lowest - elsewhere - used', 'lowest - used'],
    ['the own jobs of a state take no slot', 'lowest - elsewhere - used', 'lowest - elsewhere'],
    ['the highest limit of the states wins', 'math.min(lowest, max)', 'math.max(lowest, max)'],
    ['the slot of a killed run never comes back', 'return now < till and till <=', 'return till <='],
    ['what a killed run reserved is used until the day ends', 'if not isValid(heldTill) then holds = 0 end', ''],
    [
      'a flush forgets what other states took',
      'if fresh then missing = lost elseif',
      'if fresh then missing = 0 elseif',
    ],
    ['a state counts twice after a flush', 'missing = math.max(0, missing - used) end', 'missing = missing end'],
    [
      'a plan reserves slots',
      "if takes then\n  redis.call('HSET', key, me",
      "if key then\n  redis.call('HSET', key, me",
    ],
    [
      'creates of the day before count',
      'if dayEnd <= now then used = mine or 0 else',
      'if dayEnd == 1 then used = 0 else',
    ],
    [
      'an unused limit is kept for ever',
      "redis.call('PEXPIRE', key, dayEnd > 0 and ${ENTRY_MAX_MS} or ${HOLD_MS})",
      "redis.call('PERSIST', key)",
    ],
  ]),
  ...inTest('test/redis/shared-quotas.test.ts', 'src/redis/shared-quotas.ts', [
    [
      'a slot that is no longer needed stays reserved',
      'if (takes && isTaken && !views',
      'if (takes && !isTaken && !views',
    ],
    ['a plan gives reserved slots back', 'if (takes && isTaken && !views', 'if (isTaken && !views'],
    [
      'each run of a state counts its jobs anew',
      "computeDigest(lineage, 'hex')",
      "computeDigest(lineage + Math.random(), 'hex')",
    ],
    [
      'a run does not notice that slots were flushed',
      'claimed.isFresh && isRecent && last.isTaken',
      'claimed.isFresh && isRecent && !last.isTaken',
    ],
  ]),
  ...inTest('test/lane/shared-quota.test.ts', 'src/lane/shared-quota.ts', [
    ['without Redis a run takes all slots', 'Math.floor(lowest / peers)', 'Math.floor(lowest / 1)'],
    ['without Redis a run may take no slot', 'Math.max(1, share)', 'share'],
    ['without Redis a run spends what others spent', 'lowest - elsewhere - used', 'lowest - used'],
    ['without Redis a run spends all that was left', 'Math.floor(left / peers)', 'Math.floor(left)'],
  ]),
  ...inTest('test/plan/bounds/quotas.test.ts', 'src/plan/bounds/quotas.ts', [
    ['a plan takes the slots of other states', 'slots.take(name, max - elsewhere)', 'slots.take(name, max)'],
    ['a plan spends the budget of other states', 'view.max - view.elsewhere, plan.now', 'view.max, plan.now'],
    ['a plan ignores the lower limit of another state', 'max: Math.min(own, view.max)', 'max: Math.max(own, view.max)'],
  ]),
  ...inTest('test/apply/intents.test.ts', 'src/apply/intents.ts', [
    ['intents outnumber what the lease can send', 'return room > 0\n', 'return room > -1e9\n'],
    ['an intent takes the whole lease', 'LEASE_SHARE = 0.75', 'LEASE_SHARE = 1.75'],
    [
      'a second call for a dry run is not counted',
      'model.api.operations.validate === undefined ? 1 : 2',
      'model.api.operations.validate === undefined ? 1 : 1',
    ],
    [
      'an intent does not tell AWS’s time',
      'awsAt: awsNow === undefined ? undefined : formatIso(awsNow)',
      'awsAt: awsNow === 0 ? formatIso(awsNow) : undefined',
    ],
    [
      'an intent does not tell when its run first tried',
      'isRetry(previous, spec) ? getFirstSendTime(previous.intent) : undefined',
      'isRetry(previous, spec) && !spec ? getFirstSendTime(previous.intent) : undefined',
    ],
    [
      'a raised run carries on the first try of the one before',
      '!isSettled(previous) && previous.run === policy.run',
      '!isSettled(previous) && previous.run <= policy.run',
    ],
    [
      'an intent forgets the runs before',
      'history: extendHistory(previous, spec.policy.run, site)',
      'history: extendHistory(undefined, spec.policy.run, site)',
    ],
    [
      'creates are not counted for a day',
      'if (spending.allowed) used.set(key, spending.next)',
      'if (!spending.allowed) used.set(key, spending.next)',
    ],
    [
      'two creates of a pass count as one for a day',
      'spend(used.get(key) ?? state?.budgets?.[key], max, now)',
      'spend(state?.budgets?.[key], max, now)',
    ],
  ]),
  ...inTest('test/model/model.test.ts', 'src/model/record.ts', [
    [
      'the history forgets the run before',
      '[...(previous.history ?? []), summarizeRun(previous)]',
      '[...(previous.history ?? [])]',
    ],
  ]),
  ...inTest('test/model/evidence.test.ts', 'src/model/record.ts', [
    [
      'a read overwrites the identity on record',
      'const known = record.identity ?? identity',
      'const known = identity ?? record.identity',
    ],
  ]),
  ...inTest('test/model/record.test.ts', 'src/model/record.ts', [
    [
      'a read that proves nothing overwrites the recorded creation time',
      'known === undefined ? record.createdAt : (live.createdAt ?? record.createdAt)',
      '(live.createdAt ?? record.createdAt)',
    ],
    [
      'a read that proves nothing drops the window of the create',
      'window: known === undefined ? record.window : undefined',
      'window: live.createdAt === undefined ? record.window : undefined',
    ],
  ]),
  ...inTest('test/apply/apply.test.ts', 'src/apply/create.ts', [
    [
      'a created record forgets that its create asked for our mark',
      '...(marker !== undefined && { marked: true as const })',
      '...(marker === null && { marked: true as const })',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/apply.ts', [
    [
      'a cancel or an update goes out without a compare-and-swap',
      "steps.some(({ action }) => action === 'update' || action === 'cancel')",
      'steps.length < 0',
    ],
    [
      'a cancel goes out without a compare-and-swap',
      "action === 'update' || action === 'cancel')",
      "action === 'update')",
    ],
    [
      'an update goes out without a compare-and-swap',
      "action === 'update' || action === 'cancel')",
      "action === 'cancel')",
    ],
    [
      'a pass goes on although another run wrote the state',
      "if (committed.is === 'stale') {\n      return {",
      "if (committed.is === 'stale' && !plan) {\n      return {",
    ],
    ['what could not be written down does not stop a pass', '        broken = true\n', ''],
    [
      'an intent that was not sent stays',
      '      if (isCounted(one)) tally.releasedCounted++\n      await giveBack(store, options, [one])',
      '      if (isCounted(one)) tally.releasedCounted++',
    ],
    ['a create that was released takes the record before away', 'record: previous ?? null', 'record: previous && null'],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/apply.ts', [
    [
      'released intents of a pass stay',
      'await giveBack(store, options, [...waiting])',
      'await giveBack(store, options, [])',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/create.ts', [
    [
      'a refused create is given up although the job may be there',
      'return settle(pass, timed, outcome.problem, { refused: true })',
      "return recordNotDone(pass, intended, 'create', outcome.problem)",
    ],
    [
      'a refusal is not on record',
      'return settle(pass, timed, outcome.problem, { refused: true })',
      'return settle(pass, timed, outcome.problem)',
    ],
    [
      'a create that another worker may make is given up',
      'if (!outcome.mayRunYet) return recordNotDone',
      'if (pass) return recordNotDone',
    ],
    ['a create leaves after its time', '!(isDue(pass, spec) && permit.mayStillSend())', '!permit.mayStillSend()'],
    [
      'a create is sent without its intent’s marker',
      'marker: record.intent.marker, attempt',
      'marker: undefined, attempt',
    ],
    [
      'the deadline of a settling create ignores the offset',
      '{ byMatch, clockOffsetMs: pass.clockOffsetMs?.() }',
      '{ byMatch }',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/update.ts', [
    [
      'a job is changed without looking whose it is',
      "if ('problem' in first) return fail(first.problem)\n",
      "if ('problem' in first && !first.problem) return fail(first.problem)\n",
    ],
    [
      'a change is on record although no read shows it',
      'if (reads === READS_MAX || pass.signal.aborted) {',
      'if (reads === READS_MAX) return seen\n    if (pass.signal.aborted) {',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/cancel.ts', [
    [
      'a job is cancelled without looking whose it is',
      "if ('problem' in seen) return failCancel(pass, planned, seen.problem)\n",
      '',
    ],
    ['a job is cancelled after the lease', 'if (!pass.mayStillSend()) return\n', ''],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/start.ts', [
    [
      'a job is started without looking whose it is',
      "  if ('problem' in seen) {",
      "  if ('problem' in seen && !seen.problem) {",
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/upload.ts', [
    [
      'a file is uploaded without looking whose job it is',
      "  if ('problem' in seen) {",
      "  if ('problem' in seen && !seen.problem) {",
    ],
    ['a file that was uploaded is not on record', 'record: { ...record, uploaded: md5 }', 'record: { ...record }'],
  ]),
  ...inTest('test/apply/identify.test.ts', 'src/apply/identify.ts', [
    [
      'any job under the ID may be changed',
      "if (verdict.is === 'same') return { live }",
      'if (verdict) return { live }',
    ],
    [
      'a job that nothing proves may be changed',
      "if (verdict.is === 'same') return { live }",
      "if (verdict.is !== 'other') return { live }",
    ],
    [
      'another job under the ID may be changed',
      "if (verdict.is === 'same') return { live }",
      "if (verdict.is !== 'unproven') return { live }",
    ],
    [
      'a job made a moment ago is missing at the first look',
      'if (live || !isNew || reads === READS_MAX || signal.aborted) return live',
      'if (live || reads) return live',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/throttled.ts', [
    ['a throttled create is sent fifty times', 'ATTEMPTS_MAX = 5', 'ATTEMPTS_MAX = 50'],
    ['a throttled create is sent after its lease', '|| !pass.mayStillSend())', ')'],
    [
      'a throttled task that may run yet is forgotten',
      '...(mayRunYet && { mayRunYet })',
      '...(mayRunYet === null && { mayRunYet })',
    ],
  ]),
  ...inTest('test/state/merge.test.ts', 'src/state/merge.ts', [
    ['the nearer of two records stays', 'if (own > other) return a', 'if (own > other) return b'],
    ['a merge forgets the higher run', '    record.run,\n    isKnown', '    0,\n    isKnown'],
    ['a merge prefers what may be on its way', '    isKnown ? 1 : 0,\n', '    isKnown ? 0 : 1,\n'],
    [
      'a merge prefers the earlier attempt',
      'isKnown ? 0 : record.intent.attempt',
      'isKnown ? 0 : -record.intent.attempt',
    ],
    [
      'a merge forgets that a job ended',
      'isTerminal(record.condition) ? 1 : 0',
      'isTerminal(record.condition) ? 0 : 0',
    ],
    [
      'a release takes any record away',
      'released.some((one) => isSame(one, attempt)) ? undefined : record',
      'released.some((one) => one || isSame(one, attempt)) ? undefined : record',
    ],
    [
      'a merge drops what a person called foreign',
      "case 'foreign':\n      return [change]",
      "case 'foreign':\n      return []",
    ],
    ['a merge takes the lower budget', 'budget.used > stored.used', 'budget.used < stored.used'],
    [
      'a merge overwrites the source',
      'base.source === undefined ? [change] : []',
      'base.source === undefined || change ? [change] : []',
    ],
  ]),
  ...inTest('test/state/merge.test.ts', 'src/state/recover.ts', [
    [
      'another state with the same serial is believed',
      'current.serial === seen.serial && current.digest !== seen.digest',
      'current.serial === seen.serial && current.digest === undefined',
    ],
    [
      'a state that is gone is believed',
      'if (text === undefined || base === undefined) return { journal, problem: reportMissing(texts, journal.base) }',
      'if (text === undefined || base === undefined) return reportMissing ? { journal } : {}',
    ],
    [
      'a journal over its own base is merged',
      'if (over.digest === current.digest) return applyChanges(base, own)\n',
      '',
    ],
    ['what came before a commit is replayed over it', 'entries.slice(fold)', 'entries.slice(0 * fold)'],
    [
      'a record that is gone is no difference',
      'new Set([...Object.keys(from.records), ...Object.keys(to.records)])',
      'new Set([...Object.keys(to.records)])',
    ],
    [
      'an excuse is no difference',
      'if (from.foreign?.[key] !== at) others.push',
      'if (from.foreign?.[key] === at) others.push',
    ],
    [
      'a budget is no difference',
      'if (!isSame(from.budgets?.[key], { day, used })) others',
      'if (isSame(from.budgets?.[key], { day, used })) others',
    ],
  ]),
  ...inTest('test/state/stores.test.ts', 'src/state/file-store.ts', [
    [
      'a file is written over what something else wrote',
      'if (computeVersion(await read()) !== expected)',
      'if (computeVersion(await read()) === null)',
    ],
  ]),
  ...inTest('test/state/format.test.ts', 'src/state/format.ts', [
    ['a state of a newer program is read', 'minReader <= READER', 'minReader >= READER'],
    [
      'two lines for one address are believed',
      'if (twice !== undefined) return refuseDamaged',
      'if (twice === null) return refuseDamaged',
    ],
  ]),
  ...inTest('test/aws/connection.test.ts', 'src/aws/identity.ts', [
    [
      'credentials of another account are taken',
      'if (target.account !== undefined && target.account !== account) {',
      "if (target.account === '') {",
    ],
  ]),
  ...inTest('test/aws/connection.test.ts', 'src/aws/lanes.ts', [
    [
      'a lane goes on after any number of refusals',
      'refusal.times >= REFUSALS_MAX',
      'refusal.times >= 1e9 + REFUSALS_MAX',
    ],
  ]),
  ...inTest('test/plan/questions/lookalikes.test.ts', 'src/plan/questions/listing.ts', [
    ['an identical job of a list is not looked at', 'new Set([...alike(request), ', 'new Set(['],
    ['a job of a list that carries a spec’s mark is not looked at', '...(byAddress.get(address) ?? []), ', ''],
    ['a job of a list of which AWS tells nothing is not looked at', ', ...undescribed])', '])'],
  ]),
  ...inTest('test/apply/intents.test.ts', 'src/model/attempt-name.ts', [
    [
      'a create carries no tag',
      'return isTagged ? formatAttemptTag(own) : undefined',
      'return isTagged && !own ? formatAttemptTag(own) : undefined',
    ],
    [
      'the name of an attempt does not tell which attempt it is',
      '${shortenLineage(lineage)} ${address}#${run}.${attempt}`\n',
      '${shortenLineage(lineage)} ${address}#${run}.1`\n',
    ],
    [
      'the tag of an attempt does not tell whose it is',
      '${shortenLineage(lineage)} ${address}:${run}.${attempt}`\n',
      "${shortenLineage('')} ${address}:${run}.${attempt}`\n",
    ],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/model/deviations.ts', [
    [
      'a request that says less than the job is the job',
      'findDeviations(request, live, model).length === 0 &&\n    findDeviations(live.request, { ...live, request }, model).length === 0',
      'findDeviations(request, live, model).length === 0',
    ],
  ]),
  ...inTest('test/model/record.test.ts', 'src/model/deviations.ts', [
    [
      'a request that says more than the job is the job',
      'findDeviations(request, live, model).length === 0 &&\n    findDeviations(live.request',
      'findDeviations(live.request',
    ],
  ]),
  ...inTest('test/state/stores.test.ts', 'src/state/open-store.ts', [
    [
      'a commit that changes nothing is no compare-and-swap, whatever was asked',
      'if (!always && claim === undefined',
      'if (claim === undefined',
    ],
    [
      'a commit raises no serial',
      '{ ...state, serial: base.serial + 1, ...(project',
      '{ ...state, serial: base.serial, ...(project',
    ],
    [
      'a state is begun over another',
      'if (base !== undefined) throw createExists(where, base)',
      'if (base === null) throw createExists(where, base)',
    ],
    ['a stale state is closed without a word', "if (folded?.is === 'stale') {", 'if (folded === null) {'],
  ]),
  ...inTest('test/simulation/quarter.test.ts', 'src/apply/apply.ts', [
    ['what is decided about schedules is not stored with the intents', '    ...(plan.decided ?? []),\n', ''],
  ]),
  ...inTest('test/plan/series/decide.test.ts', 'src/plan/series/decide.ts', [
    [
      'a run whose create was never sent is lost after another machine has decided',
      'const open = stored.filter(isOpen)',
      'const open = stored.filter((instant) => isOpen(instant) && !isMade(instant))',
    ],
  ]),
  ...inTest('test/plan/series/series.test.ts', 'src/plan/series/decide.ts', [
    [
      'a run that is on record is due again',
      'const pending = stored.filter((instant) => !isMade(instant))',
      'const pending = stored',
    ],
    [
      'an edit of a schedule decides the past anew',
      'const passed = listInstants(from.schedule, decidedAt, now)',
      'const passed = listInstants(schedule, decidedAt, now)',
    ],
    [
      'an edit of a schedule moves no limit between past and future',
      'isEdited ? Math.max(decidedAt, now) : (last ?? decidedAt)',
      'last ?? decidedAt',
    ],
    [
      'a schedule that has not begun is decided up to its start',
      'const begin = Math.min(readBounds(schedule).start - MINUTE_MS, now)',
      'const begin = readBounds(schedule).start - MINUTE_MS',
    ],
    [
      'a run that was decided and is pending is forgotten',
      'const wanted = [...pending, ...fresh]',
      'const wanted = [...fresh]',
    ],
    [
      'runs that were skipped leave no record',
      'series: addSkipped(setDue(next, [...open, ...made.due]), skipped, from.schedule),',
      'series: setDue(next, [...open, ...made.due]),',
    ],
    [
      'an older run is made instead of one that a person takes out',
      '  const wanted = [...pending, ...fresh]\n',
      '  const wanted = [...pending, ...fresh].filter((instant) => !new Set(from.skip).has(formatIso(instant)))\n',
    ],
    [
      'what was due before a spec came back is made good',
      "from.withdrawn !== undefined\n      ? skipAll(wanted, 'removed')",
      "from.withdrawn === null\n      ? skipAll(wanted, 'removed')",
    ],
  ]),
  ...inTest('test/plan/series/skipped.test.ts', 'src/plan/series/skipped.ts', [
    ['of many skipped runs, the first are forgotten', 'more.length > SHOWN ? foldRows(more, schedule) : more', 'more'],
    [
      'a row of skipped runs hides one that was made',
      'row?.why === one.why && following.get(row.until ?? row.at) === one.at',
      'row?.why === one.why',
    ],
    [
      'an edit changes which runs a row names',
      'skipped: series.skipped.map((entry) => nameSchedule(entry, series.schedule, schedule)),',
      'skipped: series.skipped,',
    ],
  ]),
  ...inTest('test/plan/bounds/approval.test.ts', 'src/plan/bounds/approval.ts', [
    [
      'an approved plan makes runs of an edited schedule',
      '...(schedule && { schedule: schedule as unknown as JsonObject })',
      '...(schedule && {})',
    ],
    [
      'an approved plan makes runs of a schedule that it does not hold',
      'return approval.plan.actions.some(({ address }) => parseOccurrence(address)?.series === spec.address)',
      'return true',
    ],
  ]),
  ...inTest('test/plan/series/series.test.ts', 'src/plan/series/expand.ts', [
    [
      'a run is made while the one before is unfinished',
      'if (next === undefined || runs.some(({ record }) => !hasEnded(record, model))) return recorded',
      'if (next === undefined) return recorded',
    ],
    ['the machine’s clock decides what is due, not AWS’s', 'now: given.dueAt ?? given.now,', 'now: given.now,'],
    [
      'a run on record follows an edit of its spec',
      'request: isSettled(record) ? record.request : one.request,',
      'request: one.request,',
    ],
    [
      'an uncommitted schedule decides about runs',
      'return findUncommitted(checkout, spec).length === 0',
      'return true',
    ],
  ]),
  ...inTest('test/plan/series/series.test.ts', 'src/plan/series/settle.ts', [
    [
      'a run is skipped because of an outdated record of the one before',
      "const isRead = !isSettled(record) || context.observed.jobs.get(address)?.is === 'live'",
      'const isRead = true',
    ],
  ]),
  ...inTest('test/state/series.test.ts', 'src/model/state.ts', [
    [
      'an older program may write a state with schedules',
      'minReader: Math.max(state.minReader, SERIES_READER)',
      'minReader: state.minReader',
    ],
  ]),
  ...inTest('test/state/s3-store.test.ts', 'src/state/s3-compare-and-swap.ts', [
    [
      'a write to S3 that arrived without an answer is taken for another run’s',
      'if (now !== undefined && splitWriteId(now.text).id === id) return',
      'if (now !== undefined && id === undefined) return',
    ],
    [
      'another run’s write to S3 is taken for ours',
      'if (now !== undefined && splitWriteId(now.text).id === id) return',
      'if (now !== undefined && now.etag !== expected) return',
    ],
    [
      'an old version that is still there after a lost write to S3 ends the write',
      'if (now?.etag === expected) return undefined\n',
      '',
    ],
    [
      'a write to S3 without an answer is taken for stored while the old version is there',
      ' ?? trouble) : trouble\n',
      " ?? { is: 'committed', version: expected ?? '' }) : trouble\n",
    ],
    ['a write to S3 has no ID of its own', 'const body = addWriteId(text, id)', 'const body = text'],
  ]),
  ...inTest('test/state/s3-store.test.ts', 'src/state/s3-repeat.ts', [
    ['a conflict ends a write to S3', "['lost', 'slow', 'conflict']", "['lost', 'slow']"],
    ['a lost write to S3 is not sent again', "['lost', 'slow', 'conflict']", "['slow', 'conflict']"],
  ]),
  ...inTest('test/state/s3-store.test.ts', 'src/aws/s3-bucket.ts', [
    [
      'a write to S3 carries no condition',
      "const headers = 'ifNone' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch }",
      'const headers = {}',
    ],
    ['the SDK repeats a write to S3', 'maxAttempts: 1,', 'maxAttempts: 3,'],
  ]),
  ...inTest('test/state/s3-store.test.ts', 'src/state/s3-probe.ts', [
    [
      'a probe does not create its object twice',
      'if ((await write(probe, { ifNone: true })) !== undefined)',
      'if (start === undefined)',
    ],
    [
      'a probe does not write over an older version',
      'if ((await write(probe, { ifMatch: start })) !== undefined)',
      'if (start === undefined)',
    ],
  ]),
  ...inTest('test/state/move-state.test.ts', 'src/state/move-state.ts', [
    [
      'a move copies a state that can be used at once',
      'const copy = { ...own, serial, minReader, inactive: move }',
      'const copy = { ...own, serial, minReader }',
    ],
    [
      'a move leaves the old state usable',
      'await old.replace({ ...state, serial, minReader, moved: move },',
      'await old.replace({ ...state, serial, minReader },',
    ],
    ['older programs may use a tombstone', 'const MOVE_READER = 3', 'const MOVE_READER = 1'],
    [
      'a move keeps the copy of a state that went on',
      'if (there.serial === serial + 1) return false',
      'if (there.serial > 0) return false',
    ],
    [
      'a move overwrites a state that can be used',
      'there.moved !== undefined || there.inactive === undefined || there.lineage !== lineage',
      'there.moved !== undefined || there.lineage !== lineage',
    ],
    [
      'a move overwrites a tombstone',
      'there.moved !== undefined || there.inactive === undefined || there.lineage !== lineage',
      '(there.moved === undefined && there.inactive === undefined) || there.lineage !== lineage',
    ],
    [
      'a move overwrites a copy of another state',
      'there.moved !== undefined || there.inactive === undefined || there.lineage !== lineage',
      'there.moved !== undefined || there.inactive === undefined',
    ],
    [
      'a move takes a state from where a tombstone does not point',
      'if (getPlaceKey(moved.to) !== getPlaceKey(to)) throw',
      'if (getPlaceKey(moved.to) === undefined) throw',
    ],
    ['what only this machine keeps is not handed over', 'if (changes.length > 0) {', 'if (changes.length > 99) {'],
  ]),
  ...inTest('test/state/move-state.test.ts', 'src/state/find-move.ts', [
    ['a tombstone may be used', '  if (moved !== undefined) {', '  if (moved === null) {'],
    [
      'an inactive copy may be used',
      'if (inactive === undefined) return undefined',
      'if (inactive !== null) return undefined',
    ],
  ]),
  ...inTest('test/state/move-state.test.ts', 'src/state/open-store.ts', [
    ['a run that a move overtook is told to run again', '      await assertNotMoved()\n', ''],
  ]),
  ...inTest('test/state/split-store.test.ts', 'src/state/open-split-store.ts', [
    [
      'an address is recorded without a claim',
      'if (before !== home) claims.set(address, home)',
      'if (before === null) claims.set(address, home)',
    ],
    [
      'an outdated part is written',
      'now?.text === seen?.text && now?.changes === seen?.changes',
      'now?.text !== undefined || seen',
    ],
    ['what a stale commit stored in another part stays', 'await takeBack(written)', 'void takeBack'],
    [
      'the copy of a record that moves is dropped before the record is stored',
      'of [...writes, ...drops, ...left]',
      'of [...drops, ...writes, ...left]',
    ],
    [
      'the copy of a record that a release takes back is dropped first',
      'of [...writes, ...drops, ...left]',
      'of [...left, ...writes, ...drops]',
    ],
    [
      'a stale commit takes back what it learnt of AWS',
      '.filter((one) => one.record === null || isIntent(one))',
      '.filter((one) => one.record !== undefined)',
    ],
    [
      'the old record of a renamed spec is dropped before its heir is stored',
      'record === null && gaining.some((one) => one !== name)',
      'record === null && gaining.length > 100',
    ],
    ['the index does not lead to the heir of a record', 'claims.set(address, heir)', 'claims.get(heir as Address)'],
    ['what a dead run left in a journal waits for a change', '    await holdKept()\n', '    void holdKept\n'],
    ['a release leaves the copy of its record', 'keepCopies(name, [], own)', 'keepCopies(name, [], [])'],
    [
      'a run still sees the copy of a record that it released',
      'const drops = dropCopies(name)',
      'const drops: RecordChange[] = []',
    ],
  ]),
  ...inTest('test/apply/pass.test.ts', 'src/apply/create.ts', [
    [
      'a machine that slept takes its job for a later one',
      'byWall > now + CLOCKS_GRAIN_MS ? byWall : now',
      'byWall > 0 ? now : byWall',
    ],
  ]),
  ...inTest('test/state/split-store.test.ts', 'src/state/join-parts.ts', [
    ['a renamed spec that died on the way leaves two records', 'found.delete(address)', 'found.get(address)'],
  ]),
  ...inTest('test/state/series.test.ts', 'src/state/recover.ts', [
    [
      'a schedule that only a commit changes is not written',
      "if (!isSame(from.series?.[address] ?? null, series)) others.push({ set: 'series', address, series })",
      '',
    ],
  ]),
]
