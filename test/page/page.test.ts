import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import axe, { type AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Line, ReportedJobLine } from '../../src/model/lines.ts'
import { formatPage } from '../../src/session/page/html.ts'
import { packPage } from '../../src/session/page/pack.ts'
import { CLI, folder, write } from '../e2e/process.ts'
import { doc } from '../e2e/world.ts'
import { hasBrowser, measureTasks, openBrowser, openPage, picture, type Shown } from './browser.ts'
import { createJobLines, HEADER, HOSTILE, hostileLines } from './lines.ts'
import { playNight, reportNight } from './night.ts'

const VIEWS = ['now', 'jobs', 'plan', 'schedule', 'lanes'] as const
const OPEN = '#jobs?open=IotJob%2Fkiosk-firmware'
const COUNT = 100_000

/** What axe finds wrong on a page: all of it, or the contrast alone. Its program is on the page already. */
async function findFaults(page: Page, only: readonly string[] = []): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(only.length > 0 && { runOnly: only }) }
  const found = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Waits until an expression has a value. `waitForFunction` needs `eval`, which the page's policy forbids. */
async function waitForValue(page: Page, expression: string, value: string): Promise<void> {
  while ((await page.evaluate(expression)) !== value) await page.waitForTimeout(20)
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
  // The night takes a while. Tests that need no night come first.
  const night = playNight(t, root).then((world) => reportNight(world, root))
  night.catch(() => {})
  const open = async (shown?: Shown) => {
    await night
    return openPage(browser, pathToFileURL(path.join(root, 'report.html')).href, shown)
  }

  t.test('attempts that created no job stand on the timeline, and times that nobody recorded are named', async (t) => {
    const [, ours, old] = createJobLines(2) as [Line, ReportedJobLine, ReportedJobLine]
    const attempt = {
      attempt: 1,
      stored: '2026-10-31T23:50:00Z',
      sent: '2026-10-31T23:50:01Z',
      evidence: 'two reads found nothing',
    }
    const { times: _times, ...recorded } = old
    const known = { ...ours, createdAt: '2026-11-01T00:00:02.500Z', attempts: [attempt] }
    const lines: Line[] = [HEADER, known, { ...recorded, intentAt: '2026-11-01T00:00:07Z' }]
    const { page } = await openPage(browser, fileOf(t, lines), { hash: '#jobs?open=IotJob%2Fkiosk-0' })
    const timeline = page.locator('.timeline > li')
    await timeline.first().waitFor()
    t.match(await timeline.allInnerTexts(), [
      /Run 1 Succeeded[\s\S]*request sent\s+1 Nov 2026, 01:00:02\s+\+2 s\s+created at AWS\s+1 Nov 2026, 01:00:02\s+same second\s+answered\s+1 Nov 2026, 01:00:03\s+\+1 s/,
      /Run 1, attempt 1 created no job: two reads found nothing[\s\S]*request sent\s+1 Nov 2026, 00:50:01\s+\+1 s\s+answered\s+no answer/,
    ])
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-1'")
    await page.getByText(/request sent\s*not recorded/).waitFor()
  })

  t.test('a report that would be too large leaves out requests, and says so', async (t) => {
    const [, job] = createJobLines(1) as [Line, ReportedJobLine]
    // Random text does not get smaller.
    const url = fileOf(t, [HEADER, { ...job, request: { document: randomBytes(11_000_000).toString('base64') } }])
    t.ok(fs.statSync(new URL(url)).size < 1_000_000)
    const { page } = await openPage(browser, url, { hash: '#jobs?open=IotJob%2Fkiosk-0' })
    await page.getByText('too many jobs to hold their requests').waitFor()
    t.match(await page.getByRole('complementary').innerText(), /request sent\s+1 Nov 2026/, 'the rest is there')
  })

  t.test('texts of specs and of AWS are texts, and only web addresses are links', async (t) => {
    const { page, errors } = await openPage(browser, fileOf(t, hostileLines()), { hash: '#jobs' })
    t.match(await page.locator('main').innerText(), /IotJob\/hostile/)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary')
    await panel.getByText('Request body', { exact: true }).waitFor()
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
    const box = "document.querySelector('.scroll')"
    await page.evaluate(`
      globalThis.long = []
      new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
      globalThis.most = { rows: 0, added: 0 }
      new MutationObserver((all) => {
        const added = all.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ nodeName }) => nodeName === 'TR')
        most.added = Math.max(most.added, added.length)
        most.rows = Math.max(most.rows, document.querySelectorAll('main tr').length)
      }).observe(${box}, { childList: true, subtree: true })
    `)
    const scroll = async (): Promise<void> => {
      for (let step = 1; step <= 40; step++) {
        await page.evaluate(`${box}.scrollTop += ${step % 4 === 0 ? 9_000 : step % 2 === 0 ? 900 : 90}`)
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      }
    }
    const longest = Math.max(...(await measureTasks(browser, page, scroll)))
    // What a task has to do is the same on every machine. How long that takes is not.
    const most = (await page.evaluate('most')) as { rows: number; added: number }
    t.ok(most.rows < 100, `${most.rows} rows in the document`)
    t.ok(most.added <= 18, `${most.added} rows come in at once`)
    t.comment(
      `longest task: ${longest} ms of the processor; by the clock, over 50 ms: ${JSON.stringify(await page.evaluate('long'))}`,
    )
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

  t.test('a report of a real night shows every view from a file, without a network', async (t) => {
    t.match((await night).stdout, /Wrote report\.html: \d+ jobs/)
    const { page, errors } = await open()
    const main = page.locator('main')
    const said = async (view: string, ...parts: readonly RegExp[]): Promise<void> => {
      await page.keyboard.press(view)
      await page.locator(`main.view-${VIEWS[Number(view) - 1]}`).waitFor()
      const text = await main.innerText()
      for (const part of parts) t.match(text, part, `view ${view}`)
    }
    await said(
      '1',
      /Needs a person 9 most urgent first, then the latest · 1 acknowledged[\s\S]*Unresolved[\s\S]*loyalty-readers[\s\S]*nothing shows which · first[\s\S]*AWS reports the same of each[\s\S]*if the job is \w+, created 16 Nov 2026, \d\d:\d\d:\d\d, ended 16 Nov 2026, \d\d:\d\d:\d\d, COMPLETED, 4 of 4 pieces succeeded[\s\S]*--adopt[\s\S]*--adopt[\s\S]*if none of them is \(the next reconcile then sends the create again\)[\s\S]*--not-created[\s\S]*it leaves the list of what needs a person; this starts nothing[\s\S]*Conflict[\s\S]*Failed[\s\S]*Blocked/,
      /1 of 6 devices did not succeed \(ThingsFailed\)[\s\S]*to run it again \(this raises policy\.run\)[\s\S]*jobwright rerun IotJob\/kiosk-firmware --emulator/,
      /Running 3[\s\S]*kiosk-coupons[\s\S]*of 9 devices succeeded, 0 failed/,
      /Waits for a time\s+4[\s\S]*One job may be in two of these lists[\s\S]*Not started yet 9\s+Waits for a time 4[\s\S]*kiosk-night-update[\s\S]*17 Nov, 03:00[\s\S]*cup-parade[\s\S]*last moment to submit: 2 Dec, 19:00[\s\S]*18 Nov, 21:00/,
      /Goes on with the next reconcile 2[\s\S]*kiosk-payments[\s\S]*the next reconcile[\s\S]*On hold or blocked 3[\s\S]*kiosk-posters[\s\S]*not by itself/,
      /Failed acknowledged[\s\S]*closed-list/,
    )
    await said(
      '3',
      /The next reconcile: 2 create, 1 update\.[^.]*3 waiting, 1 held\. 1 more has been submitted, and waits at AWS for a time/,
      /create 2[\s\S]*kiosk-payments[\s\S]*freight[\s\S]*update 1[\s\S]*Languages of all kiosks and gates[\s\S]*Guards[\s\S]*2 planned of 25 allowed, 23 left[\s\S]*jobs to cancel or forget[\s\S]*waiting 3/,
    )
    await said(
      '4',
      /The next 14 days/,
      /Tuesday 17 November[\s\S]*03:00[\s\S]*kiosk-restart\s+Jobwright submits a run, at the first reconcile[\s\S]*03:00[\s\S]*kiosk-night-update\s+AWS starts the job/,
      /kiosk-audit\s+Jobwright submits the job \(policy\.notBefore\), at the first reconcile/,
      /cup-parade\s+last moment to submit the job/,
    )
    t.ok(await page.locator('time[title="2026-11-17 02:00:00 UTC"]').first().isVisible(), 'UTC on hover')
    await said(
      '5',
      // A slow machine writes the report when the lane has recovered.
      /iot, eu-west-1\s+\S+\s+(Throttled: slowed down, recovering\s+\S+ of 10|Full rate again\s+10) a second\s+\d+\s+3/,
      /pinpoint, us-east-1\s+\S+\s+Full rate\s+300 a second/,
    )
    t.match(await page.locator('.asof').innerText(), /As of 16 Nov, \d\d:\d\d CET|GMT\+1/, 'the zone of the times')
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
      /request sent\s+\d+ Nov 2026/,
      /answered\s+\d+ Nov 2026/,
      /outcome known/,
      /jobwright acknowledge IotJob\/kiosk-firmware --emulator/,
      /Spec\s+specs\/firmware\.yaml:1/,
      /request sent[\s\S]*ended[\s\S]*Commands[\s\S]*Request body/,
      /Times are those of Europe\/Berlin \(GMT\+1\)/,
      /Run 1, target europe, spec specs\/firmware\.yaml:1\s+Failed\s+ended 15 Nov, 19:\d\d \(12 h( \d+ min)? ago\), after \d+ min( \d+ s)?/,
      /COMPLETED: AWS is done with every device, but some failed/,
    ])
      t.match(text, part)
    await panel.getByRole('button', { name: 'Copy: jobwright rerun' }).click()
    await page
      .getByRole('status')
      .getByText(/Copied|selected/)
      .waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-lights'")
    await page.getByText(/Run 2 Succeeded[\s\S]*Run 1 Succeeded/).waitFor()
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-coupons'")
    await page.getByText(/In progress for \d+ min( \d+ s)?, since/).waitFor()
    t.equal(await page.locator('.timeline .bar').count(), 0, 'one run alone has no place among others')
    await page.evaluate("location.hash = '#jobs?open=PinpointExportJob%2Floyalty-readers'")
    await page.getByText(/Run 1 Unresolved/).waitFor()
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-night-update'")
    await page.getByText(/Run 1 Waits for a time/).waitFor()
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-restart'")
    const runs = page.getByRole('complementary').locator('.runs li')
    await runs.first().waitFor()
    t.match(await runs.allInnerTexts(), [
      /Succeeded\s+IotJob\/kiosk-restart-202611160200 ended/,
      /kiosk-restart-202611150200/,
    ])
    await page.evaluate("location.hash = '#jobs?open=IotJob%2Fkiosk-languages'")
    await page.getByText(/answered\s*no answer/).waitFor()
    t.same(errors, [])
  })

  t.test('a printed page cuts nothing off, and has the job that is open', async (t) => {
    const { page } = await open({ hash: OPEN, width: 718, theme: 'dark' })
    await page.getByText('operation: update').waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.locator('.jobs .began').last().waitFor()
    const cut = await page.evaluate(`[...document.querySelectorAll('main, main *')]
      .filter((one) => !one.closest('.sr-only, svg') && getComputedStyle(one).overflowX !== 'visible')
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      .map((one) => one.outerHTML.slice(0, 200))`)
    t.same(cut, [])
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    t.equal(await page.locator('[data-row]').count(), 32, 'every row')
    const shown = await page.evaluate('getComputedStyle(document.documentElement).color + innerHeight')
    t.match(shown, /^rgb\(26, 31, 38\)/, 'dark on white paper')
    await picture(page, 'print', { fullPage: true })
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#${view}'`)
      await page.locator(`main.view-${view}`).waitFor()
      t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, view)
    }
  })

  t.test('filters are in the address, and say how many jobs they hide', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    const hidden = page.locator('.hidden-count')
    await page.keyboard.press('/')
    await page.keyboard.type('harvestfailed')
    await hidden.getByText('31 hidden by filter').waitFor()
    t.equal(await page.locator('[data-row]').getAttribute('title'), 'MediaPackageHarvestJob/cup-interviews')
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
    await page.locator('caption').getByText('32 jobs').waitFor()
    await page.getByRole('button', { name: 'Ended' }).click()
    await page.waitForSelector('th[aria-sort="descending"]')
    const again = await open({ hash: '#now?kind=MediaPackageHarvestJob' })
    t.match(await again.page.locator('main').innerText(), /\d+ hidden by filter/)
  })

  t.test(
    'a view under a filter speaks of the jobs shown only, and the next reconcile is that of all jobs',
    async (t) => {
      const { page } = await open({ hash: '#plan?text=kiosk-tickets' })
      const main = page.locator('main')
      const nothing = /Nothing among the jobs shown; 31 hidden by the search “kiosk-tickets”/
      t.match(await main.innerText(), nothing)
      t.match(await main.innerText(), /The next reconcile, for all jobs: 2 create, 1 update\./)
      await page.keyboard.press('4')
      await page.locator('main.view-schedule').waitFor()
      t.match(await main.innerText(), nothing)
      await page.keyboard.press('1')
      await page.locator('main.view-now').waitFor()
      t.match(await main.innerText(), /1 of 32 jobs\s+Succeeded\s+1\s+of 12[\s\S]*Ended in the last 24 hours 1/)
      t.notMatch(
        await main.innerText(),
        /Needs a person|Running|Not started yet/,
        'sections without a hit are left out',
      )
      const chip = page.getByRole('list', { name: 'Totals' }).getByRole('link', { name: 'Succeeded' })
      t.match(
        await chip.getAttribute('href'),
        /text=kiosk-tickets&condition=Succeeded/,
        'it leads to as many jobs as it says',
      )
      await page.keyboard.press('5')
      await page.locator('main.view-lanes').waitFor()
      t.match(await main.innerText(), /IotJob\s+2\s+DataExchangeJob\s+1/, 'no filter hides anything here')
      t.match(await main.innerText(), /the search “kiosk-tickets” does not apply here/)
      await page.keyboard.press('4')
      await main.locator('.empty').getByRole('button', { name: 'Show all' }).click()
      await page.getByText('AWS starts the job').waitFor()
    },
  )

  t.test('a condition filters All jobs only, and the page says which part of the filter goes along', async (t) => {
    const { page } = await open({ hash: '#now' })
    await page.getByRole('list', { name: 'Totals' }).getByRole('link', { name: 'Waits for a time 4' }).click()
    await page.locator('caption').getByText('4 jobs').waitFor()
    const rows = page.locator('[data-row]')
    const names = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('title')))
    const order = [
      'IotJob/kiosk-night-update',
      'IotJob/kiosk-restart',
      'IotJob/kiosk-audit',
      'MediaPackageHarvestJob/cup-parade',
    ]
    t.same(names, order, 'also what AWS starts later, in the order of the times')
    t.notOk(await page.getByLabel('Kind', { exact: true }).isVisible(), 'the choices stay closed')
    t.equal(
      await page.evaluate(
        "[...document.querySelectorAll('.jobs .job')].every((one) => one.scrollWidth <= one.clientWidth)",
      ),
      true,
      'no name is cut',
    )
    await page.getByText('condition: Waits for a time in All jobs only').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('kiosk')
    await page.getByText('search “kiosk” in every view but Lanes').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Plan' }).click()
    await page.waitForURL(/#plan\?text=kiosk$/)
    await page.evaluate("location.hash = '#schedule?condition=Failed'")
    await page.locator('main.view-schedule').getByText('AWS starts the job').waitFor()
    t.equal(await page.locator('.hidden-count').count(), 0)
    await page.evaluate("location.hash = '#jobs?text=kiosk&condition=Failed'")
    await page.getByRole('button', { name: 'Remove condition: Failed' }).click()
    await page.waitForURL(/#jobs\?text=kiosk$/)
  })

  t.test('a search that hides the open job closes it, and one in the address says so', async (t) => {
    const { page } = await open({ hash: OPEN })
    const panel = page.getByRole('complementary')
    await panel.waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('kiosk-f')
    await page.waitForURL(/text=kiosk-f&open=/)
    await page.keyboard.type('x')
    await page.waitForURL(/#jobs\?text=kiosk-fx$/)
    await panel.waitFor({ state: 'detached' })
    await page.evaluate("location.hash = '#now?text=kiosk-tickets&open=IotJob%2Fkiosk-firmware'")
    await panel.getByText('does not show this job: the search “kiosk-tickets” hides it').waitFor()
    await panel.getByRole('button', { name: 'Show all' }).click()
    await page.waitForURL(/#now\?open=IotJob%2Fkiosk-firmware$/)
    t.equal(await panel.getByText('does not show this job').count(), 0)
  })

  t.test('the key / begins another search in any view', async (t) => {
    const { page } = await open({ hash: '#now?text=kiosk' })
    await page.keyboard.press('/')
    await page.keyboard.type('harvestfailed')
    await page.waitForURL(/#now\?text=harvestfailed$/)
    await page.evaluate("location.hash = '#lanes'")
    await page.locator('main.view-lanes').waitFor()
    await page.keyboard.press('/')
    await page.locator('main.view-jobs #search:focus').waitFor()
    await page.keyboard.type('kiosk-tickets')
    await page.waitForURL(/#jobs\?text=kiosk-tickets$/)
    t.equal(await page.locator('[data-row]').count(), 1)
  })

  t.test('the heads of All jobs stay above its rows, at any width with room for the names', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    for (const width of [1000, 1280]) {
      await page.setViewportSize({ width, height: 600 })
      await page.evaluate("document.querySelector('.scroll').scrollTop = 420")
      const heads = await page
        .locator('.jobs thead th:visible')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as { top: number; width: number }))
      t.equal(new Set(heads.map(({ top }) => top)).size, 1)
      t.ok(heads[1]!.width > 150, `${heads[1]!.width} px`)
    }
  })

  t.test('Now says where the jobs of a search are that none of its sections has', async (t) => {
    const { page } = await openPage(browser, fileOf(t, createJobLines(2)), {
      hash: '#now?text=kiosk-0',
    })
    await page.getByRole('link', { name: 'Show it in All jobs' }).click()
    await page.waitForURL(/#jobs\?text=kiosk-0$/)
    await page.evaluate("location.hash = '#now?text=nothing-like-it'")
    await page.getByText('2 hidden by the search “nothing-like-it”').waitFor()
  })

  t.test('a guard that refuses the plan stands above it', async (t) => {
    const planned: Line = { v: 1, type: 'planned', address: 'IotJob/a', action: 'create', reason: 'new spec' }
    const guard: Line = {
      v: 1,
      type: 'guard',
      name: 'maxCreates',
      counts: 'jobs to create',
      planned: 60,
      before: 0,
      max: 50,
    }
    const { page } = await openPage(browser, fileOf(t, [HEADER, planned, guard]), { hash: '#plan' })
    t.match(
      await page.locator('main').innerText(),
      /The next reconcile does nothing: maxCreates in jobwright\.yaml refuses the plan\. It would: 1 create\.[\s\S]*10 jobs too many/,
    )
  })

  t.test('a lane that AWS throttled says whether it has recovered', async (t) => {
    const lane = (service: string, rate: number, throttled: number): Line => ({
      v: 1,
      type: 'lane',
      name: `123456789012/eu-west-1/${service}`,
      perSecond: 10,
      rate,
      sent: 40,
      throttled,
      waiting: 0,
    })
    const lines: Line[] = [HEADER, lane('dataexchange', 6.9, 3), lane('iot', 10, 2), lane('pinpoint', 10, 0)]
    const { page } = await openPage(browser, fileOf(t, lines), { hash: '#lanes' })
    await page.getByText('Lanes of this run').waitFor()
    t.match(await page.locator('main tbody tr').allInnerTexts(), [
      /^dataexchange, eu-west-1\s+\S+\s+Throttled: slowed down, recovering\s+6\.9 of 10 a second\s+40\s+3\s+0$/,
      /^iot, eu-west-1\s+\S+\s+Full rate again\s+10 a second\s+40\s+2\s+0$/,
      /^pinpoint, eu-west-1\s+\S+\s+Full rate\s+10 a second\s+40\s+0\s+0$/,
    ])
  })

  t.test('devices that failed have a command that lists them, and a link to the console', async (t) => {
    const [, , , failed] = createJobLines(4) as [Line, ReportedJobLine, ReportedJobLine, ReportedJobLine]
    const consoleUrl = 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub'
    const ways = [{ text: 'to list the devices that failed', command: 'aws iot list-job-executions-for-job' }]
    const finding: Line = {
      v: 1,
      type: 'attention',
      address: failed.address,
      run: 1,
      kind: 'failed',
      name: 'failed',
      code: 'PLAN_FAILED',
      reason: 'its job failed',
      consoleUrl,
      ways,
    }
    const { page } = await openPage(browser, fileOf(t, [HEADER, { ...failed, consoleUrl, ways }, finding]))
    const card = page.locator('.card')
    t.match(await card.innerText(), /to list the devices that failed\s+aws iot list-job-executions-for-job/)
    t.equal(await card.getByRole('link', { name: 'AWS console' }).getAttribute('href'), consoleUrl)
  })

  t.test('All jobs say why and until when, also beside an open job', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    const why = (name: string) =>
      page
        .locator('.jobs tr')
        .filter({ has: page.getByTitle(`IotJob/${name}`, { exact: true }) })
        .locator('.why-cell')
    t.match(await why('kiosk-firmware').innerText(), '1 of 6 devices did not succeed (ThingsFailed)')
    t.match(await why('kiosk-night-update').innerText(), 'until 17 Nov, 03:00: AWS starts it then')
    t.equal(await why('kiosk-settings').innerText(), '')
    await page.getByTitle('IotJob/kiosk-firmware', { exact: true }).click()
    await page.getByRole('complementary').waitFor()
    t.ok(await why('kiosk-firmware').isVisible())
  })

  t.test('Enter in the search opens the only job that it finds, and the tabs stay in view', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    await page.setViewportSize({ width: 1280, height: 500 })
    await page.keyboard.press('/')
    await page.keyboard.type('kiosk')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#jobs\?text=kiosk$/)
    t.equal(await page.getByRole('complementary').count(), 0)
    await page.keyboard.type('-tickets')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Job IotJob/kiosk-tickets' }).waitFor()
    t.equal(await page.evaluate('scrollY'), 0)
  })

  t.test('the tabs and the search stay in view, and so does the card that opens its job', async (t) => {
    const { page } = await open({ hash: '#now' })
    const card = page.locator('.card [data-row]').last()
    const top = async () => (await card.boundingBox())!.y
    await card.evaluate((row) => row.scrollIntoView({ block: 'center' }))
    const before = await top()
    t.ok(((await page.evaluate('scrollY')) as number) > 300)
    t.ok((await page.getByRole('link', { name: 'Schedule' }).boundingBox())!.y >= 0)
    t.ok((await page.getByRole('searchbox').boundingBox())!.y > 0)
    await card.click()
    await page.getByRole('complementary').waitFor()
    t.ok(Math.abs((await top()) - before) < 2)
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    t.ok(Math.abs((await top()) - before) < 2, 'also when it is closed')
    const row = page.getByRole('table', { name: /^Jobs that ended/ }).getByTitle('IotJob/kiosk-firmware')
    await row.evaluate((one) => one.scrollIntoView({ block: 'center' }))
    const y = async () => (await row.boundingBox())!.y
    const at = await y()
    await row.click()
    await page.getByRole('complementary').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await waitForValue(page, 'document.activeElement.title', 'IotJob/kiosk-firmware')
    t.ok(Math.abs((await y()) - at) < 2, 'and it has the focus, although a card of its job is above')
  })

  t.test('links lead to the sections of Now, and a way out is never hidden alone', async (t) => {
    const { page } = await open({ hash: '#now' })
    await page.locator('.jumps').getByRole('link', { name: 'Not started yet 9' }).click()
    t.equal(await page.evaluate('document.activeElement.id'), 'waiting')
    t.match(page.url(), /#now$/)
    const card = page.locator('.card').filter({ hasText: 'gate-calibration' }).first()
    t.match(await card.innerText(), /jobwright acknowledge IotJob\/gate-calibration/)
    t.equal(await page.getByText(/more: open the job/).count(), 0)
  })

  t.test('a change of the view begins at the top, and a click on the open tab goes there', async (t) => {
    const { page } = await open({ hash: '#now' })
    const tab = (name: string) => page.getByRole('navigation').getByRole('link', { name })
    const top = () => page.evaluate('scrollY') as Promise<number>
    await page.evaluate('scrollTo(0, 900)')
    await tab('Now').click()
    t.equal(await top(), 0)
    for (const go of [() => tab('Schedule').click(), () => page.keyboard.press('4')]) {
      await page.evaluate("location.hash = '#now'")
      await page.locator('main.view-now').waitFor()
      await page.evaluate('scrollTo(0, 900)')
      t.ok((await top()) > 500)
      await go()
      await page.locator('main.view-schedule').waitFor()
      t.equal(await top(), 0)
    }
    await page.evaluate("location.hash = '#jobs'")
    await page.locator('.scroll').waitFor()
    await page.evaluate("document.querySelector('.scroll').scrollTop = 400")
    await page.keyboard.press('2')
    t.equal(await page.evaluate("document.querySelector('.scroll').scrollTop"), 0)
  })

  t.test('Enter ends the search, and a step back restores it', async (t) => {
    const { page } = await open({ hash: '#jobs' })
    await page.keyboard.press('/')
    await page.keyboard.type('kiosk-firmware')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#jobs\?open=IotJob%2Fkiosk-firmware$/)
    await page.getByRole('complementary', { name: 'Job IotJob/kiosk-firmware' }).waitFor()
    await page.locator('caption').getByText('32 jobs').waitFor()
    t.equal(await page.getByRole('searchbox').inputValue(), '')
    t.ok(await page.locator('.jobs').getByTitle('IotJob/kiosk-firmware', { exact: true }).isVisible())
    t.equal(await page.locator('tr[aria-current]').count(), 1, 'the row of the open job is marked')
    t.equal(await page.locator('tr[aria-current]').getByTitle('IotJob/kiosk-firmware', { exact: true }).count(), 1)
    await page.keyboard.press('3')
    await page.waitForURL(/#plan$/)
    await page.goBack()
    await page.goBack()
    await page.waitForURL(/#jobs\?text=kiosk-firmware$/)
    await waitForValue(page, "document.querySelector('#search').value", 'kiosk-firmware')
    await page.locator('caption').getByText('3 jobs').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.locator('caption').getByText('32 jobs').waitFor()
    await page.goBack()
    await page.locator('caption').getByText('3 jobs').waitFor()
    t.equal(await page.getByRole('complementary').count(), 0)
    for (const name of ['kiosk-tickets', 'kiosk-settings']) {
      await page.keyboard.press('Escape')
      await page.keyboard.press('/')
      await page.keyboard.type(name)
      await page.keyboard.press('Enter')
      await page.getByRole('complementary', { name: `Job IotJob/${name}` }).waitFor()
    }
    const shared = await open({ hash: '#jobs?text=kiosk-firmware&open=IotJob%2Fkiosk-firmware' })
    await shared.page.locator('caption').getByText('3 jobs').waitFor()
    await shared.page.getByRole('complementary').waitFor()
  })

  t.test('what somebody acknowledged is a click away, and is not to be acknowledged again', async (t) => {
    const { page } = await open({ hash: '#now' })
    await page.getByRole('link', { name: '1 acknowledged' }).click()
    const row = page.getByRole('table', { name: 'Acknowledged' }).getByRole('row').nth(1)
    t.match(await row.innerText(), /Failed[\s\S]*closed-list[\s\S]*ExportFailed \(AWS gives no other reason\)/)
    await row.locator('[data-row]').click()
    const panel = page.getByRole('complementary')
    await panel.getByText('jobwright rerun').first().waitFor()
    t.notMatch(await panel.innerText(), /jobwright acknowledge/)
  })

  t.test('what explains the ways out is none of them, and the emulator is named', async (t) => {
    const { page } = await open({ hash: '#now' })
    const card = page.locator('.card').filter({ hasText: 'loyalty-readers' }).first()
    t.match(await card.locator('.note').innerText(), /^AWS reports the same of each/)
    t.notMatch(await card.locator('.ways').innerText(), /AWS reports/)
    t.match(await page.getByRole('banner').innerText(), /emulator, not AWS/)
    await page.keyboard.press('?')
    t.match(await page.getByRole('dialog').innerText(), /Unresolved\s+its create had no answer[\s\S]*/)
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

  t.test('axe finds nothing wrong in both themes, at any width', async (t) => {
    const { page, errors } = await open({ hash: '#now' })
    await page.evaluate(axe.source)
    for (const width of [360, 1280, 3840]) {
      await page.setViewportSize({ width, height: width < 600 ? 740 : 900 })
      for (const hash of [...VIEWS.map((one) => `#${one}`), OPEN]) {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
        await page.locator(`main.view-${hash.slice(1).split('?')[0]}`).waitFor()
        if (hash === OPEN) await page.getByText('operation: update').waitFor()
        const name = hash.replaceAll(/\W+/g, '-').slice(1, 20)
        for (const theme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
          await picture(page, `${name}-${width}-${theme}`)
          // A theme changes colours alone, and the widest page has the elements of the wide one.
          const only = theme === 'dark' ? ['color-contrast'] : []
          if (width === 1280 || (width === 360 && theme === 'light'))
            t.same(await findFaults(page, only), [], `${hash} at ${width}, ${theme}`)
        }
        t.equal(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          true,
          `${hash} fits ${width}`,
        )
      }
    }
    t.same(errors, [])
  })
}
