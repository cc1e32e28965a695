import fs from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** Debian's Chromium. Playwright's own would be a download. */
const CHROMIUM = '/usr/bin/chromium'
/** How long to wait for what the page shows. Nothing takes that long but a page that never shows it. */
const WAIT_MAX_MS = 120_000
/** Where pictures for people are kept. */
const PICTURES = path.resolve('node_modules/.cache/page')

/** Whether this machine has a browser. */
export const hasBrowser = fs.existsSync(CHROMIUM)

/** Starts a browser, which ends with the test. */
export async function openBrowser(t: Pick<Test, 'teardown'>): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  t.teardown(() => browser.close())
  return browser
}

/** How a page is shown. */
export type Shown = {
  readonly width?: number
  readonly theme?: 'light' | 'dark'
  readonly hash?: string
  readonly offline?: boolean
}

/** A page, and every error that the browser reported about it: of its program, or of what its policy forbids. */
export type Opened = { readonly page: Page; readonly errors: string[] }

/** Opens an address in a profile of its own, without a network unless it is asked for. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, theme = 'light', hash = '', offline = true }: Shown = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 740 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    offline,
  })
  // A busy machine is slow, and that is no fault.
  context.setDefaultTimeout(WAIT_MAX_MS)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(url.split('#')[0]!)) errors.push(`request: ${request.url()}`)
  })
  await page.goto(url + hash)
  await page.waitForSelector('main')
  return { page, errors }
}

/** Keeps a picture for people. */
export async function picture(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage })
}

type TraceEvent = { readonly name: string; readonly pid: number; readonly tid: number } & {
  readonly args: { readonly name?: string }
  /** Microseconds of the processor that the thread took. */
  readonly tdur?: number
}

/** Returns how many milliseconds of the processor each task of the page took while something was done. */
export async function measureTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel'] })
  await work()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`
  const main = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  )
  const tasks = traceEvents.filter(
    (event) => event.name === 'ThreadControllerImpl::RunTask' && main.has(threadOf(event)),
  )
  return tasks.map(({ tdur = 0 }) => tdur / 1_000)
}
