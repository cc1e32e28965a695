import t from 'tap'
import { renameWithRetry } from '../../src/system/disk.ts'

const held = (code: string) => Object.assign(new Error('it is open'), { code })

t.test('on Windows a file that is open elsewhere for a moment is replaced once it is free', async (t) => {
  let tries = 0
  await renameWithRetry(async () => {
    tries++
    if (tries < 3) throw held('EPERM')
  }, 'win32')
  t.equal(tries, 3)
})

t.test('another error, and any on another system, is told at once', async (t) => {
  for (const [code, platform] of [
    ['ENOSPC', 'win32'],
    ['EPERM', 'linux'],
  ] as const) {
    let tries = 0
    const rename = async (): Promise<void> => {
      tries++
      throw held(code)
    }
    await t.rejects(renameWithRetry(rename, platform), { code })
    t.equal(tries, 1)
  }
})
