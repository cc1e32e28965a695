import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { readCacheFile, replaceCacheFile } from '../../src/system/cache-file.ts'

t.test('a write that fails halfway keeps the old cache and leaves nothing behind', async (t) => {
  const file = path.join(t.testdir(), 'jobwright/a.cache')
  replaceCacheFile(file, ['old'])
  replaceCacheFile(
    file,
    (function* () {
      yield 'x'.repeat(2 * 1024 * 1024)
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    })(),
  )
  t.equal(readCacheFile(file, 100)?.toString(), 'old')
  t.strictSame(fs.readdirSync(path.dirname(file)), ['a.cache'])
})
