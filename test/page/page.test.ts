import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe, { type AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Line } from '../../src/model/lines.ts'
import { formatPage } from '../../src/session/page/html.ts'
import { packPage } from '../../src/session/page/pack.ts'
import { CLI, folder, write } from '../e2e/process.ts'
import { doc } from '../e2e/world.ts'
import { hasBrowser, openBrowser, openPage, picture, type Shown } from './browser.ts'
import { playFleet, run } from './fleet.ts'
import { createJobLines, HEADER, HOSTILE, hostileLines } from './lines.ts'

const VIEWS = ['now', 'jobs', 'plan', 'schedule', 'lanes'] as const
const OPEN = '#jobs?open=IotJob%2Fkiosk-firmware'
const COUNT = 100_000

/** What axe finds wrong on a page. */
async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run()')) as AxeResults
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** A way to a server that can be cut and mended. The server hears its own name, as without it. */
async function openLine(t: Test, to: string): Promise<{ url: string; cut(): void; mend(): Promise<void> }> {
  const target = new URL(to)
  let line: http.Server
  const mend = async (port = 0): Promise<number> => {
    line = http.createServer(({ url, headers }, answer) => {
      const passed = { ...headers, host: target.host }
      const asked = http.get({ host: target.hostname, port: target.port, path: url, headers: passed }, (given) => {
        answer.writeHead(given.statusCode!, given.headers)
        given.pipe(answer)
        answer.on('close', () => given.destroy())
        given.on('close', () => answer.destroy())
      })
      asked.on('error', () => answer.destroy())
    })
    await once(line.listen(port, '127.0.0.1'), 'listening')
    return (line.address() as AddressInfo).port
  }
  const cut = (): void => {
    line.close()
    line.closeAllConnections()
  }
  const port = await mend()
  t.teardown(cut)
  return { url: to.replace(target.port, String(port)), cut, mend: async () => void (await mend(port)) }
}

/** The page of these lines, as a file. */
function fileOf(t: Test, lines: readonly Line[]): string {
  const file = path.join(t.testdir({}), 'report.html')
  fs.writeFileSync(file, formatPage(packPage(lines)))
  return pathToFileURL(file).href
}

if (!hasBrowser) {
  t.pass('there is no Chromium on this machine, so that the page is not tried in a browser')
} else {
  const browser: Browser = await openBrowser(t)
  const root = folder(t, {})
  await playFleet(root)
  const ran = await run(root, 'report')
  const report = pathToFileURL(path.join(root, 'report.html')).href
  const open = (shown?: Shown) => openPage(browser, report, shown)

  t.test('a report of a real run shows every view from a file, without a network', async (t) => {
    t.match(ran.stdout, /Wrote report\.html: \d+ jobs/)
    const { page, errors } = await open()
    const main = page.locator('main')
    t.ok(await main.getByRole('heading', { name: 'Needs a person 4' }).isVisible())
    for (const text of ['kiosk-firmware', 'jobwright rerun IotJob/kiosk-firmware --emulator'])
      t.ok(await main.getByText(text).first().isVisible(), text)
    t.match(await page.locator('#running').textContent(), /Running 1/)
    t.match(await main.innerText(), /kiosk-long[\s\S]*of 6 devices succeeded/)
    t.match(await main.innerText(), /cup-later[\s\S]*its window has not ended yet[\s\S]*in 3 d/)
    await page.keyboard.press('3')
    t.match(await main.innerText(), /1 planned of 20 allowed[\s\S]*kiosk-second-wave[\s\S]*7\.0\.0[\s\S]*7\.0\.1/)
    await page.keyboard.press('4')
    t.match(await main.innerText(), /Monday 16 November[\s\S]*03:00[\s\S]*kiosk-restart/, 'in the time of the viewer')
    t.ok(await page.locator('time[title="2026-11-17 02:00:00 UTC"]').first().isVisible(), 'UTC on hover')
    await page.keyboard.press('5')
    t.match(await main.innerText(), /eu-west-1\/iot[\s\S]*Full rate[\s\S]*of 10 a second/)
    t.same(errors, [])
  })

  t.test('a job opens with its request, runs, evidence and commands', async (t) => {
    const { page, errors } = await open({ hash: OPEN })
    const panel = page.getByRole('complementary', { name: 'Job IotJob/kiosk-firmware' })
    await panel.getByText('operation: update').waitFor()
    const text = await panel.innerText()
    for (const part of [
      /5 of 6 devices succeeded, 1 failed/,
      /intent stored\s+\d+ Nov 2026/,
      /request sent/,
      /answered/,
      /outcome known/,
      /jobwright acknowledge IotJob\/kiosk-firmware --emulator/,
      /specs\/kiosks\.yaml:1/,
    ])
      t.match(text, part)
    await panel.getByRole('button', { name: 'Copy: jobwright rerun' }).click()
    await page
      .getByRole('status')
      .getByText(/Copied|selected/)
      .waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    t.same(errors, [])
  })

  t.test('filters are in the address, and say how many jobs they hide', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    const all = await page.locator('[data-row]').count()
    const hidden = page.locator('.hidden-count')
    await page.keyboard.press('/')
    await page.keyboard.type('harvestfailed')
    await hidden.getByText(`${all - 1} hidden by filter`).waitFor()
    t.equal(await page.locator('[data-row]').getAttribute('title'), 'MediaPackageHarvestJob/cup-broken')
    t.equal(await page.locator('[data-row]').count(), 1)
    await page.waitForURL(/#jobs\?text=harvestfailed$/)
    await page.keyboard.press('Escape')
    await hidden.waitFor({ state: 'detached' })
    await page.locator('summary').click()
    await page.getByLabel('Target', { exact: true }).selectOption('archive')
    t.equal(await page.locator('[data-row]').count(), 3)
    await page.getByLabel('Group by', { exact: true }).selectOption('kind')
    t.match(await page.locator('tr.group').allInnerTexts(), [/MediaPackageHarvestJob/])
    await page.waitForURL(/target=archive.*group=kind/)
    await page.getByRole('button', { name: 'Show all' }).click()
    t.equal(await page.locator('[data-row]').count(), all)
    await page.getByRole('button', { name: 'Ended' }).click()
    await page.waitForSelector('th[aria-sort="descending"]')
    const again = await open({ hash: '#now?kind=MediaPackageHarvestJob' })
    t.match(await again.page.locator('main').innerText(), /\d+ hidden by filter/)
  })

  t.test('keys go from job to job, open one and come back to it', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    const focused = () => page.evaluate('document.activeElement.title') as Promise<string>
    await page.keyboard.press('j')
    const first = await focused()
    await page.keyboard.press('j')
    t.not(await focused(), first)
    await page.keyboard.press('k')
    t.equal(await focused(), first)
    await page.keyboard.press('Enter')
    await page.getByRole('complementary').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    t.equal(await focused(), first)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys and shapes' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  for (const theme of ['light', 'dark'] as const) {
    t.test(`axe finds nothing wrong in the ${theme} theme, at any width`, async (t) => {
      for (const width of [360, 1280, 3840]) {
        const { page, errors } = await open({ theme, width, hash: '#now' })
        for (const view of [...VIEWS.map((one) => `#${one}`), OPEN]) {
          await page.evaluate(`location.hash = ${JSON.stringify(view)}`)
          await page.locator(`main.view-${view.slice(1).split('?')[0]}`).waitFor()
          if (view === OPEN) await page.getByText('operation: update').waitFor()
          await picture(page, `${view.replaceAll(/\W+/g, '-').slice(1, 20)}-${width}-${theme}`)
          // What is wrong with a page of one width in both themes is seen in one.
          if (width === 1280 || (width === 360 && theme === 'light'))
            t.same(await findFaults(page), [], `${view} at ${width}`)
          t.equal(
            await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
            true,
            `${view} fits ${width}`,
          )
        }
        t.same(errors, [])
        await page.context().close()
      }
    })
  }

  t.test('texts of specs and of AWS are texts, and only web addresses are links', async (t) => {
    const { page, errors } = await openPage(browser, fileOf(t, hostileLines()), { hash: '#jobs' })
    t.match(await page.locator('main').innerText(), /IotJob\/hostile/)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary')
    await panel.getByText('Request', { exact: true }).waitFor()
    t.ok((await panel.innerText()).includes(HOSTILE), 'it is shown as it is')
    const links = (await page.evaluate("[...document.querySelectorAll('a')].map((one) => one.href)")) as string[]
    t.same(
      links.filter((href) => !href.startsWith('file:')),
      [],
    )
    t.equal(await page.evaluate('globalThis.hacked'), undefined)
    t.same(errors, [])
  })

  t.test('no jobs, and a run that failed before it had any, have their own words', async (t) => {
    const empty = await openPage(browser, fileOf(t, [HEADER]))
    t.match(await empty.page.locator('main').innerText(), /There is no job yet/)
    const failed: Line = { v: 1, type: 'diagnostic', severity: 'error', code: 'AWS_AUTH', message: 'no credentials' }
    const { page } = await openPage(browser, fileOf(t, [HEADER, failed]))
    t.match(await page.locator('main').innerText(), /Errors[\s\S]*AWS_AUTH no credentials/)
  })

  t.test('100,000 jobs fit 15 MB, and only the visible rows are in the document', async (t) => {
    const lines = createJobLines(COUNT)
    const url = fileOf(t, lines)
    t.ok(fs.statSync(new URL(url)).size < 15_000_000, `${fs.statSync(new URL(url)).size} bytes`)
    const { page, errors } = await openPage(browser, url, { hash: '#jobs' })
    await page.locator('[data-row]').first().waitFor()
    t.match(await page.locator('caption').textContent(), /100,000 jobs/)
    await page.evaluate(`
      globalThis.long = []
      new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
    `)
    let most = 0
    for (let step = 1; step <= 20; step++) {
      await page.evaluate(`document.querySelector('.scroll').scrollTop += ${step === 20 ? 2e6 : 600}`)
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      most = Math.max(most, await page.locator('main tr').count())
    }
    t.ok(most < 100, `${most} rows in the document`)
    t.comment(`long tasks while scrolling: ${JSON.stringify(await page.evaluate('long'))} ms`)
    const ready = await page.evaluate('performance.timing.domComplete - performance.timing.navigationStart')
    t.comment(`first rows after ${String(ready)} ms`)
    await page.evaluate("document.querySelector('.scroll').scrollTop = 1e9")
    await page.getByTitle(`IotJob/kiosk-${COUNT - 1}`, { exact: true }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('kiosk-77777')
    await page.locator('.hidden-count').getByText('99,999 hidden by filter').waitFor()
    await page.getByTitle('IotJob/kiosk-77777').click()
    await page.getByText('thing/kiosk-77777').waitFor()
    t.same(errors, [])
  })

  t.test('a live page follows a run, and says when its connection is lost and back', async (t) => {
    const cwd = folder(t, { 'jobwright.yaml': 'specs: [specs]\n', 'specs/a.yaml': doc('IotJob', 'a') })
    const watch = (...args: string[]) => {
      const child = spawn(process.execPath, [CLI, 'watch', '--ui', '--apply', '--emulator', ...args], {
        cwd,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.teardown(() => child.kill('SIGKILL'))
      let text = ''
      const url = new Promise<string>((resolve) => {
        child.stdout.on('data', (more: Buffer) => {
          text += String(more)
          const [, found] = /the page is at (\S+)/.exec(text) ?? []
          if (found) resolve(found)
        })
      })
      return { child, url }
    }
    const { child, url } = watch()
    const line = await openLine(t, await url)
    const { page, errors } = await openPage(browser, line.url, { hash: '#now', offline: false })
    await page.getByText('● Live').waitFor()
    await page.getByTitle('IotJob/a').first().waitFor()
    write(cwd, { 'specs/b.yaml': doc('IotJob', 'b', { n: 2 }) })
    await page.getByTitle('IotJob/b').first().waitFor()
    await page
      .getByRole('status')
      .getByText(/IotJob\/b: /)
      .waitFor()
    line.cut()
    await page.getByRole('alert').getByText('Connection lost').waitFor()
    write(cwd, { 'specs/c.yaml': doc('IotJob', 'c', { n: 3 }) })
    await line.mend()
    await page.getByText('● Live').waitFor()
    await page.getByTitle('IotJob/c').first().waitFor()
    child.kill('SIGINT')
    await once(child, 'close')
    await page.getByRole('alert').getByText('Connection lost').waitFor()
    t.ok(await page.getByTitle('IotJob/b').first().isVisible(), 'it keeps what it had')
    t.same(
      errors.filter((error) => !error.includes('ERR_')),
      [],
    )
  })
}
