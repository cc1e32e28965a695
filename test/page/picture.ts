/**
 * Makes the picture of docs/page.md from a real run on the emulator: `tsx test/page/picture.ts`. It needs Debian's Chromium.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBrowser, openPage } from './browser.ts'
import { playNight, reportNight } from './night.ts'

const PICTURE = path.join(import.meta.dirname, '../../docs/page.png')
const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-page-')), 'city-transit')
const ends: (() => unknown)[] = [() => fs.rmSync(path.dirname(folder), { recursive: true })]
fs.mkdirSync(folder)
try {
  const teardown = (end: () => unknown): void => void ends.unshift(end)
  await reportNight(await playNight({ teardown }, folder), folder)
  const browser = await openBrowser({ teardown })
  const { page } = await openPage(browser, pathToFileURL(path.join(folder, 'report.html')).href, {
    hash: '#jobs?open=IotJob%2Fkiosk-firmware',
  })
  await page.getByText('operation: update').waitFor()
  await page.screenshot({ path: PICTURE })
} finally {
  for (const end of ends) await end()
}
process.exit(0)
