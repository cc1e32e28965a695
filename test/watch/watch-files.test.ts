import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { type Clock, systemClock } from '../../src/system/clock.ts'
import { computeStamp } from '../../src/system/file-identity.ts'
import { type Interest, isIgnored, isWantedFile } from '../../src/watch/interest.ts'
import { openChokidar, type Watcher, type WatchOptions, watchFiles } from '../../src/watch/watch-files.ts'

const fleet: Interest = { folders: ['specs'], files: ['jobwright.yaml', 'documents/firmware.json'] }

/** A watch of real files: each change that it tells can be waited for. */
async function watchHere(
  t: Pick<Test, 'fail' | 'teardown'>,
  root: string,
  interest: Interest = fleet,
  options: Partial<WatchOptions> = {},
) {
  const told: (readonly string[])[] = []
  const news = new EventEmitter()
  const watch = watchFiles({
    root,
    clock: systemClock,
    quietMs: { least: 10, most: 60 },
    onError: (error) => t.fail('an error', { error }),
    // Another program may have used up what this machine has: then these tests are of polling.
    onPolling: () => {},
    onChange: (files) => {
      told.push(files)
      news.emit('told')
    },
    ...options,
  })
  t.teardown(() => watch.close())
  await watch.follow(interest)
  return {
    watch,
    told,
    /** Does something, and resolves to the next change that is told. */
    async after(act: () => void): Promise<readonly string[] | undefined> {
      const next = new Promise((resolve) => news.once('told', resolve))
      act()
      await next
      return told.at(-1)
    },
  }
}

t.test('real files', { jobs: 8 }, (t) => {
  t.test('a save, a new file and a removal are reported; a touch and other files are not', async (t) => {
    const root = t.testdir({ specs: { deep: { 'kiosks.yaml': 'run: 1' } }, 'notes.yaml': '' })
    const file = path.join(root, 'specs/deep/kiosks.yaml')
    const { after, told } = await watchHere(t, root)
    fs.utimesSync(file, new Date(), new Date())
    fs.writeFileSync(path.join(root, 'notes.yaml'), 'not a spec')
    fs.writeFileSync(path.join(root, 'specs/.kiosks.yaml.swp'), 'an editor')
    t.same(await after(() => fs.writeFileSync(path.join(root, 'specs/new.yml'), 'run: 1')), ['specs/new.yml'])
    t.same(await after(() => fs.writeFileSync(file, 'run: 2')), ['specs/deep/kiosks.yaml'])
    t.same(await after(() => fs.rmSync(file)), ['specs/deep/kiosks.yaml'])
    t.equal(told.length, 3)
  })

  t.test('a file that an editor replaces is reported once', async (t) => {
    const root = t.testdir({ specs: { 'kiosks.yaml': 'run: 1' } })
    const { after, told } = await watchHere(t, root)
    const replace = (text: string) => {
      fs.writeFileSync(path.join(root, 'specs/.tmp'), text)
      fs.renameSync(path.join(root, 'specs/.tmp'), path.join(root, 'specs/kiosks.yaml'))
    }
    t.same(await after(() => replace('run: 2')), ['specs/kiosks.yaml'])
    t.same(await after(() => replace('run: 3')), ['specs/kiosks.yaml'])
    t.equal(told.length, 2)
  })

  t.test('missing files are watched: the configuration, an included file, a folder of specs', async (t) => {
    const root = t.testdir({})
    const { after } = await watchHere(t, root)
    const write = (file: string) => {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
      fs.writeFileSync(path.join(root, file), 'text')
    }
    for (const file of ['jobwright.yaml', 'documents/firmware.json', 'specs/night/harvest.yaml']) {
      t.same(await after(() => write(file)), [file])
    }
  })

  t.test('a folder that is removed and recreated, at once or later, is still watched', async (t) => {
    const root = t.testdir({ specs: { deep: { 'kiosks.yaml': 'run: 1' } } })
    const [specs, aside] = [path.join(root, 'specs'), path.join(root, 'aside')]
    const { after } = await watchHere(t, root)
    t.same(await after(() => fs.renameSync(specs, aside)), ['specs/deep/kiosks.yaml'])
    t.same(await after(() => fs.renameSync(aside, specs)), ['specs/deep/kiosks.yaml'])
    const swap = () => {
      fs.cpSync(specs, aside, { recursive: true })
      fs.writeFileSync(path.join(aside, 'swapped.yaml'), 'run: 1')
      fs.rmSync(specs, { recursive: true })
      fs.renameSync(aside, specs)
    }
    t.same(await after(swap), ['specs/swapped.yaml'])
    const fresh = path.join(specs, 'deep/fresh.yaml')
    t.same(await after(() => fs.writeFileSync(fresh, 'run: 1')), ['specs/deep/fresh.yaml'])
  })

  t.test('other files can be followed; their later changes are reported', async (t) => {
    const root = t.testdir({ specs: {}, harvests: { 'night.yaml': 'run: 1' } })
    const { watch, after } = await watchHere(t, root)
    t.equal(await watch.follow(fleet), false, 'they are watched already')
    t.equal(await watch.follow({ folders: ['harvests'], files: [] }), true)
    const write = () => fs.writeFileSync(path.join(root, 'harvests/night.yaml'), 'run: 2')
    t.same(await after(write), ['harvests/night.yaml'])
  })
  t.end()
})

t.test('a file is reported once it has settled, and only if its content changed', async (t) => {
  const root = t.testdir({ specs: { 'kiosks.yaml': 'run: 1' } })
  const file = path.join(root, 'specs/kiosks.yaml')
  const events = new EventEmitter()
  const { clock, pass } = drivenClock()
  const open: WatchOptions['open'] = () => {
    process.nextTick(() => {
      events.emit('all', 'add', file)
      events.emit('ready')
    })
    return Object.assign(events, { close: async () => {} }) as unknown as Watcher
  }
  const { told, watch } = await watchHere(t, root, fleet, { open, clock, quietMs: { least: 100, most: 100 } })
  const write = (text: string) => {
    fs.writeFileSync(file, text)
    events.emit('all', 'change', file)
  }
  write('half of')
  await pass(90)
  write('half of a spec')
  t.notOk(watch.isSettled([]))
  await pass(90)
  t.same(told, [], 'it is still being written')
  await pass(10)
  t.same(told, [['specs/kiosks.yaml']])
  t.ok(watch.isSettled(['specs/kiosks.yaml']))
  write('something')
  write('half of a spec')
  await pass(200)
  t.equal(told.length, 1, 'it is as it was')
  fs.writeFileSync(path.join(root, 'specs/unseen.yaml'), 'run: 1')
  t.notOk(watch.isSettled(['specs/unseen.yaml']), 'a file without an event')
  await pass(100)
  t.same(told.at(-1), ['specs/unseen.yaml'])
})

t.test('a file is as last reported if it was when it was read, whatever it is now', async (t) => {
  const root = t.testdir({ specs: { 'kiosks.yaml': 'run: 1\n', 'screens.yaml': 'run: 1\n' } })
  const [kiosks, screens] = ['specs/kiosks.yaml', 'specs/screens.yaml']
  // Only the system sets the time of a change, and a file that has just changed has no stamp.
  while (computeStamp(path.join(root, screens)) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const open: WatchOptions['open'] = () => {
    const events = new EventEmitter()
    process.nextTick(() => {
      for (const file of [kiosks, screens]) events.emit('all', 'add', path.join(root, file))
      events.emit('ready')
    })
    return Object.assign(events, { close: async () => {} }) as unknown as Watcher
  }
  const { watch } = await watchHere(t, root, fleet, { open })
  t.ok(watch.isSettled([kiosks, screens]))
  const stamps = new Map([kiosks, screens].map((file) => [file, computeStamp(path.join(root, file))]))
  fs.writeFileSync(path.join(root, kiosks), 'run: 2\n')
  t.ok(
    watch.isSettled([kiosks, screens], (file) => stamps.get(file)),
    'it was read before',
  )
  t.notOk(
    watch.isSettled([kiosks, screens], () => 'another stamp'),
    'it was read after',
  )
  t.notOk(watch.isSettled([kiosks, screens]))
})

t.test('a whole text is reported at once, one that may be half written later, a burst once it is over', async (t) => {
  const root = t.testdir({ specs: { 'kiosks.yaml': 'run: 1\n', 'screens.yaml': 'run: 1\n' } })
  const [file, other] = [path.join(root, 'specs/kiosks.yaml'), path.join(root, 'specs/screens.yaml')]
  const events = new EventEmitter()
  const { clock, pass } = drivenClock()
  const open: WatchOptions['open'] = () => {
    process.nextTick(() => {
      for (const one of [file, other]) events.emit('all', 'add', one)
      events.emit('ready')
    })
    return Object.assign(events, { close: async () => {} }) as unknown as Watcher
  }
  const { told } = await watchHere(t, root, fleet, { open, clock, quietMs: { least: 30, most: 100 } })
  const change = (path: string, act: () => void) => {
    act()
    events.emit('all', 'change', path)
  }
  change(file, () => fs.writeFileSync(file, 'run: 2\n'))
  await pass(30)
  t.same(told.splice(0), [['specs/kiosks.yaml']], 'a whole text')
  for (const half of ['', 'run', undefined]) {
    change(file, () => (half === undefined ? fs.rmSync(file) : fs.writeFileSync(file, half)))
    await pass(90)
    t.same(told.splice(0), [], 'half a text')
    change(file, () => fs.writeFileSync(file, `run: ${half}\n`))
    await pass(110)
    t.same(told.splice(0), [['specs/kiosks.yaml']], 'the whole text')
  }
  for (let run = 10; run < 20; run++) {
    change(other, () => fs.writeFileSync(other, `run: ${run}\n`))
    await pass(20)
  }
  await pass(50)
  t.same(told.splice(0), [], 'a burst may go on')
  await pass(40)
  t.same(told.splice(0), [['specs/screens.yaml']])
})

t.test('a second write is reported, although chokidar tells of the first alone', async (t) => {
  const root = t.testdir({ specs: { 'kiosks.yaml': 'run: 1\n' } })
  const file = path.join(root, 'specs/kiosks.yaml')
  const { after } = await watchHere(t, root)
  for (let run = 2; run < 6; run++) {
    t.same(await after(() => fs.writeFileSync(file, `run: ${run}\n`)), ['specs/kiosks.yaml'])
  }
})

t.test('files that matter', async (t) => {
  const wanted = (file: string, folders = ['specs']) => isWantedFile({ folders, files: ['a/b.json'] }, file)
  t.ok(wanted('specs/x.yaml') && wanted('specs/y/x.yml') && wanted('a/b.json'))
  t.notOk(wanted('x.yaml') || wanted('specs2/x.yaml') || wanted('specs/.git/x.yaml') || wanted('specs/x.json'))
  t.ok(wanted('x.yaml', ['.']) && wanted('deep/x.yaml', ['.']))
  t.notOk(wanted('node_modules/x.yaml', ['.']) || wanted('.github/x.yaml', ['.']))
  const root = t.testdir({ specs: { loop: t.fixture('symlink', '..') } })
  const loop = path.join(root, 'specs/loop')
  t.ok(isIgnored(fleet, 'specs/loop', loop, fs.lstatSync(loop)), 'a link to a folder is not followed')
  t.notOk(isIgnored(fleet, 'documents', path.join(root, 'specs'), fs.lstatSync(path.join(root, 'specs'))))
})

/** A clock on which time passes when the test says so. */
function drivenClock() {
  let elapsed = 0
  const sleepers = new Set<{ until: number; wake: () => void }>()
  const clock: Clock = {
    now: () => elapsed,
    monotonic: () => elapsed,
    sleep: (ms) => new Promise((wake) => sleepers.add({ until: elapsed + ms, wake })),
  }
  const pass = async (ms: number): Promise<void> => {
    for (const end = elapsed + ms; elapsed < end; elapsed += 10) await wakeDue()
    await wakeDue()
  }
  const wakeDue = async (): Promise<void> => {
    for (const sleeper of sleepers) {
      if (sleeper.until > elapsed) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
    await new Promise(setImmediate)
  }
  return { clock, pass }
}

t.test('if the system has no more watches, one warning is reported and files are polled', async (t) => {
  for (const code of ['EMFILE', 'ENOSPC']) {
    const root = t.testdir({ specs: { 'a.yaml': 'run: 1', 'b.yaml': 'run: 1' } })
    const warned: unknown[] = []
    const opened: boolean[] = []
    const full = (polling: boolean): Watcher => {
      opened.push(polling)
      if (polling) return openChokidar(root, () => false, true)
      const refusing = new EventEmitter()
      // Chokidar says it for each entry, and sometimes is never ready.
      setImmediate(() => {
        for (let each = 0; each < 65; each++) refusing.emit('error', Object.assign(new Error('no more'), { code }))
      })
      return Object.assign(refusing, { close: () => Promise.resolve() }) as unknown as Watcher
    }
    const { after } = await watchHere(t, root, fleet, {
      open: (_root, _ignored, polling) => full(polling),
      onPolling: (error) => warned.push(error),
    })
    t.match(warned, [{ code }])
    t.same(opened, [false, true])
    t.same(await after(() => fs.writeFileSync(path.join(root, 'specs/a.yaml'), 'run: 2')), ['specs/a.yaml'])
  }
})

t.test('a watch that fails later, for a new folder, continues by polling too', async (t) => {
  const root = t.testdir({ specs: { 'a.yaml': 'run: 1' } })
  let warnings = 0
  let first: Watcher | undefined
  const { after } = await watchHere(t, root, fleet, {
    open: (_root, _ignored, polling) => {
      const opened = openChokidar(root, () => false, polling)
      if (!polling) first = opened
      return opened
    },
    onPolling: () => warnings++,
  })
  const refused = Object.assign(new Error('no more'), { code: 'EMFILE' })
  for (let each = 0; each < 3; each++) (first as unknown as EventEmitter).emit('error', refused)
  t.same(await after(() => fs.writeFileSync(path.join(root, 'specs/new.yaml'), 'run: 1')), ['specs/new.yaml'])
  t.equal(warnings, 1)
})

t.test('while files are polled, a change that nobody tells of is reported too', async (t) => {
  const root = t.testdir({ specs: { 'a.yaml': 'run: 1' } })
  const file = path.join(root, 'specs/a.yaml')
  const { clock, pass } = drivenClock()
  const events = Object.assign(new EventEmitter(), { options: { usePolling: true }, close: async () => {} })
  const open = () => {
    process.nextTick(() => {
      events.emit('all', 'add', file)
      events.emit('ready')
    })
    return events as unknown as Watcher
  }
  const { told } = await watchHere(t, root, fleet, { open, clock })
  fs.writeFileSync(file, 'run: 2')
  await pass(600)
  t.same(told, [['specs/a.yaml']])
})

t.test('a closed watch stays closed, although chokidar adds the folder of a removed file again', async (t) => {
  for (const polling of [false, true]) {
    const specs = path.join(t.testdir({ specs: { 'a.yaml': 'run: 1' } }), 'specs')
    const opened = openChokidar(specs, () => false, polling)
    await once(opened, 'ready')
    await opened.close()
    opened.add(specs)
    t.ok(opened.closed)
  }
})

t.test('a folder that becomes a link is reported, even if its files are the same', async (t) => {
  const root = t.testdir({ specs: { 'a.yaml': 'run: 1' } })
  const { after } = await watchHere(t, root)
  const change = await after(() => {
    fs.renameSync(path.join(root, 'specs'), path.join(root, 'real'))
    fs.symlinkSync('real', path.join(root, 'specs'))
  })
  t.same(change, ['specs'])
})
