import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { openSourceFiles } from '../../src/system/source-files.ts'

const MAX = 1000

t.test('a listed file is read, also through a link to its folder', async (t) => {
  const root = t.testdir({ real: { 'a.yaml': 'a' }, folder: t.fixture('symlink', 'real') })
  const source = openSourceFiles(root)
  t.match(source.list('real'), { entries: [{ name: 'a.yaml', is: 'file' }] })
  t.same(source.read('real/a.yaml', MAX), { text: 'a', real: 'real/a.yaml' })
  source.list('folder')
  t.same(source.read('folder/a.yaml', MAX), { text: 'a', real: 'real/a.yaml' })
})

t.test('a listed file that has become a link is not followed', { skip: process.platform === 'win32' }, async (t) => {
  const top = t.testdir({ root: { 'a.yaml': 'a' }, secret: 'secret' })
  const file = path.join(top, 'root/a.yaml')
  const source = openSourceFiles(path.join(top, 'root'))
  source.list('.')
  fs.rmSync(file)
  fs.symlinkSync('../secret', file)
  t.ok('problem' in source.read('a.yaml', MAX))
})

t.test('a listed .git is outside', async (t) => {
  const root = t.testdir({ module: { '.git': 'gitdir: elsewhere' } })
  const source = openSourceFiles(root)
  source.list('module')
  t.same(source.read('module/.git', MAX), { problem: { is: 'outside' } })
})
