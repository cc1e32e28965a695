import type fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { isFolder, isThere, lookAt } from '../../src/system/look-at.ts'

t.test('what is at a path is told without an error, whatever the path is', async (t) => {
  const root = t.testdir({
    folder: {},
    file: 'text',
    round: t.fixture('symlink', 'round'),
    lost: t.fixture('symlink', 'nowhere'),
    link: t.fixture('symlink', 'folder'),
  })
  const cases: readonly (readonly [path: string, is: 'something' | 'nothing' | 'unseen', isFolder: boolean])[] = [
    ['folder', 'something', true],
    ['file', 'something', false],
    ['link', 'something', true],
    ['lost', 'something', false],
    ['round', 'something', false],
    ['missing', 'nothing', false],
    ['file/inner', 'nothing', false],
    ['round/inner', 'unseen', false],
    ['x'.repeat(300), 'unseen', false],
    ['a\0b', 'unseen', false],
  ]
  for (const [name, is, folder] of cases) {
    const shown = JSON.stringify(name)
    const found = lookAt(path.join(root, name))
    t.equal(typeof found === 'object' ? 'something' : found, is, shown)
    t.equal(isThere(path.join(root, name)), is === 'something', shown)
    t.equal(isFolder(path.join(root, name)), folder, shown)
  }
  t.ok((lookAt(Buffer.from(path.join(root, 'link'))) as fs.Stats).isSymbolicLink(), 'a link is not followed')
})
