import type { Mutation } from './mutations.ts'

type Rule = readonly [name: string, from: string, to: string]

/** The breakages of one file that one test notices. */
function inTest(test: string, file: string, rules: readonly Rule[]): Mutation[] {
  return rules.map(([name, from, to]) => ({ name, file, from, to, in: { test } }))
}

/**
 * Every rule of the invariants and of the evidence table (ARCHITECTURE.md), broken one by one, with the test that notices: comparisons,
 * margins, guards and refusals. Most of them do no harm in a single random world, or do it where only a person would see it.
 */
export const RULES: readonly Mutation[] = [
  ...inTest('test/plan/exactly-once.test.ts', 'src/model/evidence.ts', [
    [
      'a job older than the intent fits it',
      'createdAt !== undefined && Date.parse(createdAt) < earliestOf(intent)',
      'createdAt !== undefined && Date.parse(createdAt) < 0 * earliestOf(intent)',
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
    ['the first attempt of a run is not carried on', 'return firstAt ?? iso(', 'return iso('],
    [
      'a mark of another state is nobody’s',
      "if (mark.lineage !== lineageMark(owner.lineage)) return 'other'",
      "if (mark.lineage !== lineageMark(owner.lineage)) return 'none'",
    ],
    [
      'a mark of another state is ours',
      "if (mark.lineage !== lineageMark(owner.lineage)) return 'other'",
      "if (mark.lineage === '') return 'other'",
    ],
    [
      'a mark of another run is this one’s',
      "return mark.address === owner.address && mark.run === owner.run ? 'own' : 'kin'",
      "return mark.address === owner.address ? 'own' : 'kin'",
    ],
    [
      'another creation time under the recorded ID is the job on record',
      'if (secondsOf(known.createdAt) === secondsOf(createdAt))',
      'if (secondsOf(known.createdAt) !== secondsOf(createdAt) || known)',
    ],
    [
      'the recorded creation time is another job’s if its milliseconds differ',
      'if (secondsOf(known.createdAt) === secondsOf(createdAt))',
      'if (known.createdAt === createdAt)',
    ],
    [
      'a job without a creation time is the one on record',
      "return isMarked ? { is: 'same', identity: known } : { is: 'unproven', why: 'AWS does not tell when it was created' }",
      "return isMarked || record ? { is: 'same', identity: known } : { is: 'unproven', why: '' }",
    ],
    [
      'a creation time before the window of the answer is ours',
      'if (made < from - MARGIN_S || made > to + MARGIN_S)',
      'if (made > to + MARGIN_S)',
    ],
    [
      'a creation time after the window of the answer is ours',
      'if (made < from - MARGIN_S || made > to + MARGIN_S)',
      'if (made < from - MARGIN_S)',
    ],
    [
      'a job with the mark of another state is the one on record',
      "if (mark === 'other' && record.how === 'created') return",
      "if (mark === 'other' && record.how === 'baseline') return",
    ],
    [
      'the first read of a creation time may be far from the record',
      'Math.abs(Date.parse(createdAt) - Date.parse(expected)) > FIRST_READ_MS',
      'Math.abs(Date.parse(createdAt) - Date.parse(expected)) > 1e15 + FIRST_READ_MS',
    ],
    [
      'a job of which AWS does not tell the request is the one on record',
      "if (live.request === undefined) return { is: 'unproven', why: 'AWS does not tell what it does' }\n",
      '',
    ],
    [
      'a job with another request is the one on record',
      "if (isOtherRequest(record.request, live, model)) return { is: 'other', why: 'its request is another one' }\n",
      '',
    ],
  ]),
  ...inTest('test/plan/decided.test.ts', 'src/model/evidence.ts', [
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
  ...inTest('test/plan/decided.test.ts', 'src/model/create-protocol.ts', [
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
  ...inTest('test/plan/depends.test.ts', 'src/model/create-protocol.ts', [
    ['the default grace is nothing', 'graceMs: 15_000', 'graceMs: 0'],
  ]),
  ...inTest('test/model/evidence.test.ts', 'src/model/create-protocol.ts', [
    ['clocks may differ by an hour', 'CLOCKS_MS = 60_000', 'CLOCKS_MS = 3_600_000'],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/model/create-protocol.ts', [
    [
      'a job that was made a moment ago is missing at once',
      'iso(Date.parse(createdAt) + listLagMs)',
      'iso(Date.parse(createdAt) + 0 * listLagMs)',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/unknown.ts', [
    [
      'any job of the ID is taken for the unknown create’s',
      "const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))",
      'const isOurs = owner === undefined || (fits && isProven)',
    ],
  ]),
  ...inTest('test/plan/exactly-once.test.ts', 'src/plan/unknown.ts', [
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
      'a job without the tag that our create asked for is taken over',
      '!record.intent.refused && !lacksMark(record, live)',
      '!record.intent.refused',
    ],
    [
      'a job of the ID is taken over by request or time alone',
      'return createdAt !== undefined && request !== undefined',
      'return createdAt !== undefined || request !== undefined',
    ],
    [
      'an unknown create is settled although nothing was read',
      "if (seen === undefined || seen.is === 'failed') {\n    return seen ? unread(spec, seen, record) : settling(spec, record, 'the outcome of its create is not known yet')\n  }\n",
      "if (seen === undefined || seen.is === 'failed') return absent(plan, spec, record, plan.waits.graceMs)\n",
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
      'a job of which AWS does not tell the request is adopted',
      'return live.request !== undefined && isCandidate(plan, spec, record, live) && isJobOf(record.request, live, model)',
      'return isCandidate(plan, spec, record, live) && (live.request === undefined || isJobOf(record.request, live, model))',
    ],
    [
      'the second look at an absence follows at once',
      'const until = after(since, graceMs)\n  if (plan.now < Date.parse(until))',
      'const until = after(since, graceMs)\n  if (plan.now < 0 * Date.parse(until))',
    ],
    [
      'an unknown create is sent elsewhere before its deadline',
      '(isEdited || isElsewhere(plan, spec, record, model))',
      'isEdited',
    ],
    ['a lower run is sent again', '  if (spec.policy.run < record.run) return lowerRun(spec, record)\n', ''],
    [
      'an unknown create is decided while offline',
      'if (plan.rules.offline) {',
      'if (plan.rules.offline === undefined) {',
    ],
    [
      'the measured offset does not move the deadline',
      'return deadlineOf(intent, waits, { byMatch, clockOffsetMs })',
      'return deadlineOf(intent, waits, { byMatch, ...(!clockOffsetMs && {}) })',
    ],
  ]),
  ...inTest('test/plan/unknown.test.ts', 'src/plan/unknown.ts', [
    [
      'a job of the ID with another request is taken over',
      'owner === undefined && changes.length === 0 && !isBefore',
      'owner === undefined && !isBefore',
    ],
    [
      'a job of the ID that was there before the create is taken over',
      'changes.length === 0 && !isBefore(record.intent, live)',
      'changes.length === 0',
    ],
    [
      'a job of the ID that another address has is taken over',
      'const fits = owner === undefined && changes',
      'const fits = changes',
    ],
    [
      'a complete "exists" without our mark is taken over',
      'isTold(live) && !record.intent.refused && !lacksMark',
      'isTold(live) && !lacksMark',
    ],
    [
      'a tag that is not shown yet is taken for missing',
      "if (fits && mark === 'none' && isMarkPending(plan, record, live))",
      "if (fits && mark === 'none' && !plan)",
    ],
    [
      'of several inert jobs that fit the first is taken',
      'if (matches.length > countRivals(plan, record, model))',
      'if (matches.length < 0 * countRivals(plan, record, model))',
    ],
    [
      'identical unknown creates may not share the jobs',
      'matches.length > countRivals(plan, record, model)',
      'countRivals(plan, record, model) > 0',
    ],
    ['a job that waits is taken before one that was started', "=== 'started' ? 0 : 1)", "=== 'started' ? 1 : 0)"],
    [
      'a job that was made long after the deadline is adopted',
      'more.length === 0 && isInTime(plan, spec, record, job)',
      'more.length === 0',
    ],
    [
      'a marker that is unclear is no reason to ask',
      'if (unclear.length === 0) return absent',
      'if (unclear.length >= 0) return absent',
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
      'if (plan.now < Date.parse(sentUntil)) {',
      'if (plan.now < 0 * Date.parse(sentUntil)) {',
    ],
    ['absence is believed after one look', 'if (since === undefined) {', 'if (since === null) {'],
    [
      'an edited unknown create is sent again before its deadline',
      '(isEdited || isElsewhere(plan, spec, record, model))',
      'isElsewhere(plan, spec, record, model)',
    ],
    [
      'a create of a match kind waits for its lease alone',
      '  if (!isOver) return settling(',
      '  if (!isOver && plan.now < Date.parse(record.intent.leaseUntil)) return settling(',
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
  ...inTest('test/plan/exactly-once.test.ts', 'src/plan/ownership.ts', [
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
      "${kind} ${siteKey(regionless ? { ...site, region: '*' } : site)} ${id}",
      '${kind} ${siteKey && regionless && site ? 0 : 0} ${id}',
    ],
    [
      'a regionless job has an owner in each region',
      "siteKey(regionless ? { ...site, region: '*' } : site)",
      'siteKey(regionless ? site : site)',
    ],
    ['nothing is foreign', 'return state?.foreign?.[key] !== undefined', "return state?.foreign?.[key] === ''"],
    [
      'two lines of a plan take over the same job',
      "if (planned.action !== 'adopt' || planned.next.id === undefined) return undefined",
      "if (planned.action === 'adopt') return undefined",
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/ownership.ts', [
    [
      'two lines of a plan create the same ID',
      'return site && id !== undefined && model.identity.idMember !== undefined ? ownerKey(model, site, id) : undefined',
      'return site && id === null ? ownerKey(model, site, id) : undefined',
    ],
    [
      'a job that is older than the state is looked at',
      'iso(Date.parse(state.horizon) - HORIZON_MARGIN_MS)',
      'iso(0 * Date.parse(state.horizon) * HORIZON_MARGIN_MS)',
    ],
    [
      'a state begins at its horizon to the second',
      'Date.parse(state.horizon) - HORIZON_MARGIN_MS',
      'Date.parse(state.horizon) - 0 * HORIZON_MARGIN_MS',
    ],
  ]),
  ...inTest('test/plan/plan.test.ts', 'src/plan/new-job.ts', [
    [
      'policy.hold is ignored',
      'return spec.policy.hold ? line(spec',
      "return spec.policy.hold && spec.name === '' ? line(spec",
    ],
    ['what failed in this run is tried again in it', 'if (failed) return failed\n', ''],
    [
      'uncommitted specs are submitted',
      'if (uncommitted.length === 0) return undefined',
      'if (uncommitted.length >= 0) return undefined',
    ],
    ['the time of a spec does not matter', '    planDue(plan, spec, model) ??\n', ''],
    ['an expired spec is submitted', "if (timing.when === 'expired')\n", "if (timing.when === 'expired' && !plan)\n"],
    [
      'a spec is submitted before its time',
      "if (timing.when === 'waiting') {",
      "if (timing.when === 'waiting' && !plan) {",
    ],
    ['a rename is never asked about', '    planRenamed(plan, spec, occasion) ??\n', ''],
    ['an ID that is taken is used', '    planTaken(plan, spec, model, occasion) ??\n', ''],
    [
      'an ID of another address or run is used again',
      'if (owner !== undefined && !mayBeOurs) return idUsed(spec, model, id, owner)',
      'if (owner === null) return idUsed(spec, model, id, owner)',
    ],
    [
      'a job that exists under the ID is adopted without policy.adopt',
      'return spec.policy.adopt\n    ? planAdoption',
      'return spec.policy.adopt || seen\n    ? planAdoption',
    ],
  ]),
  ...inTest('test/plan/uncommitted.test.ts', 'src/plan/uncommitted.ts', [
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
  ...inTest('test/plan/depends.test.ts', 'src/plan/new-job.ts', [
    [
      'a job does not wait for what it depends on',
      'return planDepends(plan, spec)',
      'return planDepends && plan && spec && undefined',
    ],
  ]),
]
