import t from 'tap'
import { openWorld, thing, type World } from './setup.ts'

type Tag = { Key: string; Value?: string }
const mark: Tag = { Key: 'jobwright', Value: '3f2a91bc01de IotJob/reboot-night:1.1' }
const arn = (id: string) => `arn:aws:iot:eu-west-1:123456789012:job/${id}`
const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `n${index}`, Value: '' }))

const create = (world: World, id: string, tags?: readonly Tag[]) =>
  world.call('iot', 'PUT', `/jobs/${id}`, { targets: [thing('pump-1')], document: '{}', tags })
const read = (world: World, resourceArn: string, nextToken?: string) => {
  const query = new URLSearchParams({ resourceArn, ...(nextToken && { nextToken }) })
  return world.call('iot', 'GET', `/tags?${query.toString()}`)
}
const told = async (world: World, id: string) => JSON.parse((await read(world, arn(id))).text) as { tags: Tag[] }
const tag = (world: World, id: string, tags: readonly Tag[]) =>
  world.call('iot', 'POST', '/tags', { resourceArn: arn(id), tags })

t.test('tags of a job are listed as its create gave them, and DescribeJob does not tell them', async (t) => {
  const world = await openWorld(t)
  await create(world, 'reboot', [{ Key: 'fleet', Value: 'kiosks' }, { Key: 'empty' }, mark])
  t.strictSame(await told(world, 'reboot'), {
    tags: [{ Key: 'fleet', Value: 'kiosks' }, { Key: 'empty', Value: '' }, mark],
  })
  t.notMatch((await world.call('iot', 'GET', '/jobs/reboot')).text, 'kiosks')
  await create(world, 'plain')
  t.strictSame(await told(world, 'plain'), { tags: [] })
})

t.test('many tags come in pages, whose tokens are good for their own job alone', async (t) => {
  const world = await openWorld(t)
  await create(world, 'many', numbered(50))
  await create(world, 'other', numbered(50))
  const keys: string[] = []
  let token: string | undefined
  let pages = 0
  do {
    const page = JSON.parse((await read(world, arn('many'), token)).text) as { tags: Tag[]; nextToken?: string }
    keys.push(...page.tags.map(({ Key }) => Key))
    token = page.nextToken
    pages++
    if (pages === 1) t.match(await read(world, arn('other'), token), { status: 400, error: 'InvalidRequestException' })
  } while (token !== undefined)
  t.strictSame(
    keys,
    numbered(50).map(({ Key }) => Key),
  )
  t.ok(pages > 1)
  t.match(await read(world, arn('many'), 'abc'), { status: 400, error: 'InvalidRequestException' })
})

t.test('tags that AWS does not take are refused, by CreateJob and by TagResource', async (t) => {
  const world = await openWorld(t)
  await create(world, 'reboot', numbered(49))
  const wrong: readonly (readonly [string, readonly Tag[]])[] = [
    ['a reserved key', [{ Key: 'aws:owner', Value: 'x' }]],
    ['a reserved key in capitals', [{ Key: 'AWS:owner', Value: 'x' }]],
    ['a key twice', [mark, mark]],
    ['an empty key', [{ Key: '' }]],
    ['a key of 129 characters', [{ Key: 'k'.repeat(129) }]],
    ['a value of 257 characters', [{ Key: 'k', Value: 'v'.repeat(257) }]],
    ['a number sign in a key', [{ Key: 'IotJob/reboot#1.1', Value: 'x' }]],
    ['a line feed in a key', [{ Key: 'a\nb', Value: 'x' }]],
  ]
  for (const [what, tags] of wrong) {
    const refusal = { status: 400, error: 'InvalidRequestException' }
    t.match(await create(world, 'wrong', tags), refusal, `${what}, of a create`)
    t.match(await tag(world, 'reboot', tags), refusal, `${what}, later`)
  }
  t.match(await create(world, 'wrong', numbered(51)), { status: 400, error: 'InvalidRequestException' })
  t.match(await tag(world, 'reboot', [mark]), { status: 200 }, 'the fiftieth')
  t.match(await tag(world, 'reboot', [{ Key: 'n0', Value: 'new' }]), { status: 200 }, 'another value')
  t.match(await tag(world, 'reboot', [{ Key: 'one-more' }]), { status: 410, error: 'LimitExceededException' })
})

t.test('an ARN of no job has no tags', async (t) => {
  const world = await openWorld(t)
  await create(world, 'reboot')
  for (const other of [
    arn('none'),
    arn('reboot').replace('eu-west-1', 'us-east-1'),
    arn('reboot').replace('aws', 'aws-cn'),
  ])
    t.match(await read(world, other), { status: 404, error: 'ResourceNotFoundException' }, other)
  for (const malformed of ['reboot', 'arn:aws:s3:::bucket'])
    t.match(await read(world, malformed), { status: 400, error: 'InvalidRequestException' }, malformed)
})

t.test('a role that may not tag is refused a create with tags, and nothing else', async (t) => {
  const deny = { service: 'iot', operation: 'CreateJob', fault: 'deny', when: 'tags' } as const
  const world = await openWorld(t, { faults: [deny] })
  const refused = await create(world, 'reboot', [mark])
  t.match(refused, { status: 403, error: 'AccessDeniedException' })
  t.equal(
    (JSON.parse(refused.text) as { message: string }).message,
    `User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: iot:TagResource on resource: ${arn('reboot')} because no identity-based policy allows the iot:TagResource action`,
  )
  t.same(await world.jobs(), [], 'nothing was made')
  t.match(await create(world, 'reboot'), { status: 200 })
  t.match(await create(world, 'empty', []), { status: 200 }, 'an empty list asks for nothing')
  t.match(await world.control('GET', 'calls'), [{ operation: 'CreateJob', outcome: 'deny', count: 1 }])
})

t.test('each operation can be denied, in its own service’s words', async (t) => {
  const world = await openWorld(t)
  await create(world, 'reboot', [mark])
  await world.control('PUT', 'faults', [{ operation: 'ListTagsForResource', fault: 'deny' }])
  t.match(await read(world, arn('reboot')), {
    status: 403,
    error: 'AccessDeniedException',
    text: new RegExp(`iot:ListTagsForResource on resource: ${arn('reboot')} because`),
  })
  t.match(await world.call('iot', 'GET', '/jobs/reboot'), { status: 200 }, 'the job itself may be read')
  await world.control('PUT', 'faults', [{ fault: 'deny' }])
  t.match(await create(world, 'second', [mark]), { text: /iot:CreateJob on/ }, 'where no member is named, the call is')
  t.match(await world.call('pinpoint', 'GET', '/v1/apps/crew/jobs/export'), {
    text: /mobiletargeting:GetExportJobs on/,
  })
  t.match(await world.call('importexport', 'POST', '/', { Action: 'ListJobs' }), {
    status: 403,
    error: 'AccessDenied',
    text: /importexport:ListJobs on resource: \*/,
  })
  t.match(await world.call('importexport', 'POST', '/', { Action: 'ListJobs' }, { key: 'AKIADENIED' }), {
    text: /importexport:ListJobs/,
  })
})

t.test('a rule may ask for a member of a form, a path or a query as well', async (t) => {
  const world = await openWorld(t)
  await world.control('PUT', 'faults', [
    { operation: 'ListJobs', fault: 'throttle', when: 'status' },
    { service: 'importexport', operation: 'ListJobs', fault: 'throttle', when: 'MaxJobs' },
  ])
  t.match(await world.call('iot', 'GET', '/jobs'), { status: 200 })
  t.match(await world.call('iot', 'GET', '/jobs?status=CANCELED'), { error: 'ThrottlingException' })
  const list = (more: object) => world.call('importexport', 'POST', '/', { Action: 'ListJobs', ...more })
  t.match(await list({}), { status: 200 })
  t.match(await list({ MaxJobs: '5' }), { error: 'Throttling' })
  await world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'deny', when: 'tags' }])
  const unreadable = world.call('iot', 'PUT', '/jobs/reboot', '{"tags":')
  t.match(await unreadable, { error: 'SerializationException' }, 'a body that cannot be read gives no member')
})

for (const [how, options] of [
  ['a rule', { faults: [{ operation: 'ListTagsForResource', fault: 'tag-lag', seconds: 90 }] }],
  ['an option', { tagLagMs: 90_000 }],
] as const) {
  t.test(`tags of a new job are listed only after a while, by ${how}`, async (t) => {
    const world = await openWorld(t, options)
    await create(world, 'reboot', [mark])
    t.match(await world.call('iot', 'GET', '/jobs/reboot'), { status: 200 }, 'the job is there at once')
    t.same((await told(world, 'reboot')).tags, [])
    await world.advance(1)
    t.same((await told(world, 'reboot')).tags, [])
    await world.advance(0.5)
    t.same((await told(world, 'reboot')).tags, [mark])
  })
}

t.test('anybody may take a mark off, and add it again', async (t) => {
  const world = await openWorld(t)
  await create(world, 'reboot', [mark, { Key: 'fleet', Value: 'kiosks' }])
  const body = { resourceArn: arn('reboot'), tagKeys: ['jobwright', 'none'] }
  t.match(await world.call('iot', 'POST', '/untag', body), { status: 200 })
  t.same((await told(world, 'reboot')).tags, [{ Key: 'fleet', Value: 'kiosks' }])
  await tag(world, 'reboot', [mark])
  t.same((await told(world, 'reboot')).tags, [{ Key: 'fleet', Value: 'kiosks' }, mark])
})

t.test('somebody may delete a job and make another one of the same ID: all reads tell the new one', async (t) => {
  const world = await openWorld(t)
  const createdAt = async () => {
    const described = JSON.parse((await world.call('iot', 'GET', '/jobs/reboot')).text) as {
      job: { createdAt: number }
    }
    const listed = JSON.parse((await world.call('iot', 'GET', '/jobs')).text) as { jobs: { createdAt: number }[] }
    t.strictSame(
      listed.jobs.map((job) => job.createdAt),
      [described.job.createdAt],
      'one job, of one time',
    )
    return described.job.createdAt
  }
  await create(world, 'reboot', [mark])
  const first = await createdAt()
  const remove = (query: string) => world.call('iot', 'DELETE', `/jobs/reboot${query}`)
  t.match(await remove(''), { status: 409, error: 'InvalidStateTransitionException' }, 'it is in progress')
  t.match(await remove('?force=true'), { status: 200 })
  t.match(await create(world, 'reboot'), { error: 'ResourceAlreadyExistsException' }, 'until the deletion is done')
  await world.advance(0.2)
  t.match(await world.call('iot', 'GET', '/jobs/reboot'), { status: 404 })
  const other = { targets: [thing('pump-2')], document: '{"operation":"erase"}' }
  t.match(await world.call('iot', 'PUT', '/jobs/reboot', other), { status: 200 })
  t.ok((await createdAt()) - first >= 1, 'made in another second')
  t.same((await told(world, 'reboot')).tags, [], 'without the tags of the old one')
  t.match((await world.call('iot', 'GET', '/jobs/reboot/job-document')).text, 'erase')
  t.match(await world.jobs(), [{ exists: false }, { exists: true }], 'the oracle knows both')
})

t.test('a finished job is deleted without force, and a canceled one too', async (t) => {
  const world = await openWorld(t)
  await create(world, 'done')
  await world.advance(15)
  await create(world, 'stopped')
  await world.call('iot', 'PUT', '/jobs/stopped/cancel', {})
  for (const id of ['done', 'stopped']) t.match(await world.call('iot', 'DELETE', `/jobs/${id}`), { status: 200 }, id)
})

t.test('every answer tells the time of the emulator’s clock, errors and refusals as well', async (t) => {
  const world = await openWorld(t)
  await world.advance(7)
  const now = 'Fri, 20 Nov 2026 12:07:00 GMT'
  await world.control('PUT', 'faults', [{ operation: 'ListJobs', fault: 'deny' }])
  for (const [service, method, path, body] of [
    ['iot', 'PUT', '/jobs/reboot', { targets: [thing('pump-1')], document: '{}' }],
    ['iot', 'GET', '/jobs/none', undefined],
    ['iot', 'GET', '/jobs', undefined],
    ['iot', 'GET', '/nothing', undefined],
    ['importexport', 'POST', '/', { Action: 'GetStatus', JobId: 'NONE1' }],
    ['sts', 'POST', '/', { Action: 'GetCallerIdentity' }],
  ] as const) {
    t.equal((await world.call(service, method, path, body)).headers.get('date'), now, `${method} ${path}`)
  }
})
