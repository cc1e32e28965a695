import type { Mutation } from './mutations.ts'

type Rule = readonly [name: string, from: string, to: string]

/** The mutations of one file that worlds with workers detect, or that one test does. */
function broken(where: Mutation['in'], file: string, rules: readonly Rule[]): Mutation[] {
  return rules.map(([name, from, to]) => ({ name, file, from, to, in: where }))
}

const WORLDS = { with: 'queue' } as const
const inTest = (test: string): Mutation['in'] => ({ test: `test/${test}` })

/** Every rule of calls on other machines (docs/scale.md), broken one by one. */
export const WORKER_RULES: readonly Mutation[] = [
  // Which calls leave the planner.
  ...broken(WORLDS, 'src/workers/operations.ts', [
    [
      'a create that is found by a match leaves the planner',
      'A repeated create makes a second job.\n      return undefined',
      "A repeated create makes a second job.\n      return 'it is found'",
    ],
  ]),
  ...broken(inTest('workers/operations.test.ts'), 'src/workers/operations.ts', [
    [
      'a create with a token leaves the planner',
      'Then the same token makes a second job.\n      return undefined',
      "Then the same token makes a second job.\n      return 'AWS knows its token'",
    ],
    [
      'a start of an ID that a caller chose leaves the planner',
      'model.identity.idMember === undefined && model.api.operations.start',
      'model.api.operations.start',
    ],
  ]),
  ...broken(inTest('workers/planner.test.ts'), 'src/workers/delegate.ts', [
    [
      'every create leaves the planner',
      "...(explainRepeatable(model, 'create') !== undefined && {",
      '...(model !== undefined && {',
    ],
    ['a call without a spec goes to a worker', 'if (spec === undefined) return calls\n', ''],
    [
      'a task does not say of which attempt it is',
      'marker, attempt, request }, limits, judge)',
      'marker, request }, limits, judge)',
    ],
    ['a task does not say of which run it is', 'run: policy.run, attempt: 0', 'run: 0, attempt: 0'],
    [
      'a start goes to a worker with its request',
      "send({ operation: 'start', id }",
      "send({ operation: 'start', id, request: spec.request }",
    ],
    ['workers send faster than the lane of the run', '      await lane?.pass(signal)\n', '      lane?.toString()\n'],
    [
      'an ID that another run of the task may have taken is another owner’s',
      'return marker === undefined ? {',
      'return marker === null ? {',
    ],
    [
      'a create that AWS refused for the moment is not done, though its task may run again',
      'PROVEN_NOT_DONE.includes(problem.class) ?',
      "[...PROVEN_NOT_DONE, 'throttle'].includes(problem.class) ?",
    ],
    [
      'a create that one worker could not send is not done, though another worker may have sent it',
      'PROVEN_NOT_DONE.includes(problem.class) ?',
      "[...PROVEN_NOT_DONE, 'unreachable'].includes(problem.class) ?",
    ],
    [
      'an answer that names no job is believed',
      'if (outcome.value !== undefined) return',
      'if (outcome.value !== null) return',
    ],
  ]),

  // One task, one answer.
  ...broken(WORLDS, 'src/workers/dispatcher.ts', [
    [
      'an answer counts for whatever the planner waits for',
      'const task = answer && pending.get(answer.nonce)\n    if (!answer || !task || task.digest !== answer.task) {',
      'const task = answer && [...pending.values()][0]\n    if (!answer || !task) {',
    ],
    [
      'a task that nobody answered is not done',
      "resolve({ is: 'unknown', problem: { class: 'unknown', name, message } })",
      "resolve({ is: 'not-done', problem: { class: 'quota', name, message } })",
    ],
    [
      'a task is put after its lease',
      "if (!mayStillSend()) return createNotSent('abandoned', 'Abandoned', 'its lease had expired')\n",
      'mayStillSend()\n',
    ],
    ['the deadline of a task is in the planner’s time', 'deadline: now + taskMs }', 'deadline: clock.now() + taskMs }'],
    ['a task has no deadline', 'deadline: now + taskMs }', 'deadline: now + 100 * taskMs }'],
  ]),
  ...broken(inTest('workers/planner.test.ts'), 'src/workers/dispatcher.ts', [
    ['an answer to another task counts under its nonce', '!task || task.digest !== answer.task', '!task'],
    ['an answer counts again', '    pending.delete(answer.nonce)\n', ''],
    [
      'a broken connection means that the task is not in the queue',
      "giveUp('QueueLost', ",
      "resolve(createNotSent('unreachable', 'QueueLost', '')) ?? giveUp('QueueLost', ",
    ],
    [
      'a task is put although AWS’s time is not known',
      "if (now === undefined) return createNotSent('unreachable', 'ClockUnknown', \"AWS's time is not known\")\n",
      '',
    ],
    [
      'a task is put in a lane that no worker serves',
      "if (typeof trouble === 'string') return createNotSent('no-worker', 'NoWorker', trouble)\n",
      '',
    ],
  ]),
  ...broken(inTest('workers/redelivery.test.ts'), 'src/workers/planner-transport.ts', [
    ['a task that failed is delivered again', 'attempts: 1,', 'attempts: 3,'],
  ]),
  ...broken(inTest('workers/redelivery.test.ts'), 'src/workers/serve.ts', [
    ['a task whose lock was lost is delivered again', 'maxStalledCount: 0,', 'maxStalledCount: 1,'],
  ]),
  ...broken(inTest('workers/serve.test.ts'), 'src/workers/serve.ts', [
    ['a worker opens a lane twice', 'opening ??= openLanes', 'opening = openLanes'],
  ]),
  ...broken(inTest('workers/claims.test.ts'), 'src/workers/claims.ts', [
    ['a worker repeats a task that Redis has forgotten', 'if (own.has(nonce)) return false\n', ''],
    [
      'a worker repeats a task of another worker',
      'return claimShared(nonce)',
      'return (await claimShared(nonce)) || true',
    ],
    [
      'a worker remembers every task for ever',
      'if (at < old) own.delete(nonce)',
      'if (at < old - old) own.delete(nonce)',
    ],
  ]),

  // In time, by AWS's clock.
  ...broken(WORLDS, 'src/workers/execute.ts', [
    ['a worker never looks at the deadline', ' <= task.deadline', ' <= task.deadline + 3_600_000'],
    [
      'a worker looks at the deadline only before its connection is open',
      'mayStillSend: () => !signal.aborted && isInTime()',
      'mayStillSend: () => !signal.aborted',
    ],
    ['a worker sends with any clock', 'Math.abs(offset) > CLOCKS_MS', 'Math.abs(offset) > 100 * CLOCKS_MS'],
    [
      'a worker that slept does not know it',
      'Math.max(connection.awsNow() ?? 0, clock.now() + offset)',
      '(connection.awsNow() ?? 0)',
    ],
  ]),
  ...broken(inTest('workers/execute.test.ts'), 'src/workers/execute.ts', [
    ['a worker sends without AWS’s time', 'offset === undefined || from === undefined || Math.abs', 'Math.abs'],
    ['a worker takes its own clock for AWS’s', 'clock.now() + offset)', 'clock.now())'],
    [
      'a wall clock that was set back gives a task more time',
      'Math.max(connection.awsNow() ?? 0, clock.now() + offset)',
      'clock.now() + offset',
    ],
    ['a clock may not differ by a whole minute', 'Math.abs(offset) > CLOCKS_MS', 'Math.abs(offset) >= CLOCKS_MS'],
    ['a worker that gives up still sends', '() => !signal.aborted && isInTime()', '() => isInTime()'],
    [
      'a worker keeps a connection whose clock was set',
      "return executed.refused === 'clock' || executed.refused === 'expired'",
      'return false',
    ],
    [
      'a worker keeps credentials that AWS refused',
      "executed.outcome.problem.class === 'auth'",
      "executed.outcome.problem.class === 'unknown'",
    ],
  ]),
  ...broken(WORLDS, 'src/model/create-protocol.ts', [
    [
      'a lease does not grow by the life of a task',
      'formatIso(now + leaseMs + queueMs)',
      'formatIso(now + leaseMs + 0 * queueMs)',
    ],
  ]),
  ...broken(inTest('model/create-protocol.test.ts'), 'src/model/create-protocol.ts', [
    [
      'the quiet time does not grow by the life of a task',
      'Math.max(waits.leaseMs, Date.parse(leaseUntil) - Date.parse(at))',
      '(leaseUntil === at ? waits.leaseMs : waits.leaseMs)',
    ],
    ['a task lives as long as clocks may differ, too', 'return queueMs / 3', 'return queueMs'],
    [
      'the quiet time leaves no room for clocks that differ',
      'QUEUE_MS = 1.5 * CLOCKS_MS',
      'QUEUE_MS = 0.5 * CLOCKS_MS',
    ],
  ]),
  ...broken(inTest('session/read-waits.test.ts'), 'src/session/read-waits.ts', [
    [
      'a run with a queue waits no longer',
      '{ ...DEFAULT_WAITS, queueMs: QUEUE_MS } : DEFAULT_WAITS',
      'DEFAULT_WAITS : DEFAULT_WAITS',
    ],
  ]),

  // Sealed, and bound to what it is for.
  ...broken(inTest('session/queue.test.ts'), 'src/session/queue.ts', [
    [
      'a key that can be guessed seals tasks',
      'if (key.length >= KEY_LENGTH_MIN) return key',
      'if (key.length > 0) return key',
    ],
  ]),
  ...broken(WORLDS, 'src/workers/seal.ts', [
    [
      'a seal is not checked',
      "return timingSafeEqual(Buffer.from(mac, 'hex'), computeMac(body, key, as)) ? body : undefined",
      'return body',
    ],
  ]),
  ...broken(inTest('workers/execute.test.ts'), 'src/workers/seal.ts', [
    ['a task passes as an answer', 'update(`jobwright-${as}-v1\\n`)', "update(`jobwright-${as && 'text'}-v1\\n`)"],
    ['a seal says nothing of its purpose', '.update(`jobwright-${as}-v1\\n`)', ''],
  ]),
  ...broken(WORLDS, 'src/workers/execute.ts', [
    [
      'a task counts in every queue',
      'nameQueue(task.project, task.lineage, nameLane(task.site, model.service)) !== queue',
      "nameQueue(task.project, task.lineage, nameLane(task.site, model.service)) === ''",
    ],
  ]),
  ...broken(inTest('workers/execute.test.ts'), 'src/workers/execute.ts', [
    [
      'a worker makes any call that a kind has',
      'model === undefined || explainRepeatable(model, task.operation) === undefined || !isWhole',
      'model === undefined || !isWhole',
    ],
    ['a worker sends half a task', ' === undefined || !isWhole(task, model))', ' === undefined)'],
    [
      'a worker begins with a task of another worker',
      "if (!(await executor.claim(task.nonce))) return { refused: 'repeated', task }\n",
      '',
    ],
    [
      'a worker sends where none of its targets leads',
      "if (connection === undefined) return { refused: 'unreachable', task }\n",
      '',
    ],
  ]),
  ...broken(inTest('workers/planner.test.ts'), 'src/workers/task.ts', [
    ['two projects share a queue', 'canonicalise([project, lineage])', 'canonicalise([lineage])'],
    ['two states share a queue', 'canonicalise([project, lineage])', 'canonicalise([project])'],
    ['a lane does not say its account', '/`}${account}/${region}/${service}`', '/`}${region}/${service}`'],
  ]),
  ...broken(inTest('workers/execute.test.ts'), 'src/workers/task.ts', [
    [
      'a worker takes an operation that is not on the list',
      "OPERATIONS.some((operation) => operation === value['operation']) &&",
      '',
    ],
    ['a deadline need not be a number', "['run', 'attempt', 'deadline'].every", "['run', 'attempt'].every"],
    [
      'a worker reads a task of a later version',
      "value['v'] !== 1 || !isObject(value['site'])",
      "!isObject(value['site'])",
    ],
    [
      'every member of an answer leaves the worker',
      'outcome: pickOutcome(outcome) }\n  return seal',
      'outcome }\n  return seal',
    ],
    ['every member of an answer enters the planner', '{ ...read, outcome: pickOutcome(read.outcome) }', 'read'],
    ['every member of a job leaves the worker', 'outcome.value && pickLive(outcome.value)', 'outcome.value'],
    ['a job without an ID is an answer', "(isObject(live) && typeof live['id'] === 'string')", 'isObject(live)'],
    ['any class of error is an answer', "CLASSES.has(value['class'] as ErrorClass) &&", 'CLASSES.size > 0 &&'],
  ]),
  ...broken(inTest('workers/reach.test.ts'), 'src/workers/reach.ts', [
    ['$env reads every variable of a worker', 'envNames: config.env, lanes }', 'envNames: Object.keys(env), lanes }'],
    [
      'a worker sends to another account than the task names',
      'getSiteKey(one.siteOf(model.service)) === getSiteKey(site)',
      'one.siteOf(model.service).region === site.region',
    ],
    [
      'a worker serves the lane of an account that it does not reach',
      'nameLane(one.siteOf(model.service), model.service) === lane',
      'one !== undefined',
    ],
  ]),
]
