import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { computeStamp } from '../../src/system/file-identity.ts'
import { keepTexts } from '../../src/system/known-texts.ts'

const BYTES_MAX = 1024

/** A time long enough ago that a file's stamp can be trusted. */
function age(...files: readonly string[]): void {
  // Only the system sets the time of a change, so the test waits until it is old enough.
  const last = Math.max(...files.map((file) => fs.lstatSync(file).ctimeMs))
  while (Date.now() - last < 60) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}

t.test('of unchanged files only the changed one is read again', async (t) => {
  const root = fs.realpathSync(t.testdir({ specs: { 'a.yaml': 'run: 1', 'b.yaml': 'run: 1', 'c.yaml': 'run: 1' } }))
  const names = ['specs/a.yaml', 'specs/b.yaml', 'specs/c.yaml']
  const files = names.map((name) => path.join(root, name))
  age(...files)
  const opened: string[] = []
  const openSync = fs.openSync
  const count = (...args: Parameters<typeof fs.openSync>) => {
    opened.push(path.relative(root, String(args[0])))
    return openSync(...args)
  }
  fs.openSync = count as typeof fs.openSync
  t.teardown(() => {
    fs.openSync = openSync
  })
  const known = keepTexts(root)
  const readAll = () => {
    const source = known.open()
    return names.map((name) => {
      const read = source.read(name, BYTES_MAX)
      return 'text' in read ? read.text : read.problem.is
    })
  }
  t.same(readAll(), ['run: 1', 'run: 1', 'run: 1'])
  t.same(opened.splice(0), names)
  t.same(readAll(), ['run: 1', 'run: 1', 'run: 1'])
  t.same(opened.splice(0), [], 'nothing changed')
  const stamps = (): (string | undefined)[] => names.map((name) => known.stampOf(name))
  t.same(
    stamps(),
    files.map((file) => computeStamp(file)),
    'the stamps with which they were read',
  )
  const { atime, mtime } = fs.statSync(files[1]!)
  fs.writeFileSync(files[1]!, 'run: 2')
  opened.splice(0)
  // An edit of the same length, with the time of the file before.
  fs.utimesSync(files[1]!, atime, mtime)
  t.same(readAll(), ['run: 1', 'run: 2', 'run: 1'])
  t.same(opened.splice(0), ['specs/b.yaml'], 'one changed')
  fs.rmSync(files[2]!)
  t.same(readAll(), ['run: 1', 'run: 2', 'missing'])
  t.equal(known.stampOf(names[2]!), undefined, 'it was not read')
  known.open()
  t.same(stamps(), [undefined, undefined, undefined], 'nothing was read in this round')
})

t.test('a file that has just changed is read each time, because its times are coarse', async (t) => {
  const root = fs.realpathSync(t.testdir({ 'a.yaml': 'run: 1' }))
  const known = keepTexts(root)
  for (let run = 1; run <= 30; run++) {
    fs.writeFileSync(path.join(root, 'a.yaml'), `run: ${run % 10}`)
    t.match(known.open().read('a.yaml', BYTES_MAX), { text: `run: ${run % 10}` })
  }
})

t.test('a known text is not used where its folder or file leads elsewhere now', async (t) => {
  const root = fs.realpathSync(t.testdir({ root: { specs: { 'a.yaml': 'run: 1' } }, other: {} }))
  const inside = path.join(root, 'root')
  const known = keepTexts(inside)
  age(path.join(inside, 'specs/a.yaml'))
  t.match(known.open().read('specs/a.yaml', BYTES_MAX), { text: 'run: 1' })
  fs.renameSync(path.join(inside, 'specs'), path.join(root, 'other/specs'))
  fs.symlinkSync('../other/specs', path.join(inside, 'specs'))
  t.same(known.open().read('specs/a.yaml', BYTES_MAX), { problem: { is: 'outside' } })
})
