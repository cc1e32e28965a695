import module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { enableCompileCache } from '../../src/system/compile-cache.ts'

/** The folders that Node was told to use. */
function foldersFor(t: Test, env: Readonly<Record<string, string | undefined>>): string[] {
  const folders: string[] = []
  t.intercept(module as { enableCompileCache?: unknown }, 'enableCompileCache', {
    value: (folder: string) => folders.push(folder),
  })
  enableCompileCache(env)
  return folders
}

t.test('compiled code is kept in a folder that is the user’s own', (t) => {
  const variable = process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME'
  const own = path.resolve('/home/ada/cache')
  t.strictSame(foldersFor(t, { [variable]: own }), [path.join(own, 'jobwright', 'compiled')])
  t.strictSame(foldersFor(t, {}), [path.join(os.homedir(), '.cache', 'jobwright', 'compiled')])
  t.strictSame(foldersFor(t, { [variable]: 'cache' }), [], 'no folder in the current one')
  t.strictSame(foldersFor(t, { NODE_COMPILE_CACHE: '/elsewhere' }), [], 'the user chose another one')
  t.end()
})
