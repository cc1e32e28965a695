import t from 'tap'
import { formatFileUrl, readEvent } from '../../src/action/event.ts'
import { countBytes, fitPage, type List } from '../../src/report/markdown/fit.ts'
import { formatRunMarkdown, type PageOptions } from '../../src/report/markdown/run-markdown.ts'
import { collectReport } from '../../src/report/run-report.ts'
import { findActive } from '../github/rendered.ts'
import { createHostileReport, idleReport, planReport, runReport } from './samples.ts'

const EVENT = readEvent({ GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'football-archive/jobs' }, {})
const SUMMARY: PageOptions = { maxBytes: 1024 * 1024, isCollapsed: false, withRequests: true }
const COMMENT: PageOptions = {
  maxBytes: 65_536,
  isCollapsed: true,
  withRequests: false,
  marker: '<!-- jobwright . -->',
  linkFile: (file, line) => formatFileUrl(EVENT, file, line),
  runUrl: 'https://github.example/runs/1',
}

t.test('a page shows totals, what needs a person, the plan, results and problems', (t) => {
  for (const [name, report] of Object.entries({ planReport, runReport, idleReport })) {
    t.matchSnapshot(formatRunMarkdown(report, COMMENT), `${name} as a comment`)
    t.matchSnapshot(formatRunMarkdown(report, SUMMARY), `${name} as a summary`)
  }
  const crashed = collectReport([], { verb: 'reconcile', project: '.', exitCode: 130 })
  t.match(formatRunMarkdown(crashed, SUMMARY), /ended before its report was complete/)
  t.end()
})

t.test('the totals name each condition as the terminal does', async (t) => {
  const { jobs } = runReport
  const [job] = jobs
  const running = { ...runReport, jobs: [...jobs, { ...job!, condition: 'InProgress' as const }] }
  t.match(formatRunMarkdown(running, SUMMARY), /Jobs: .*1 in progress/)
})

t.test('no text from outside is active in a page', (t) => {
  for (const text of [
    '@football-archive/admins',
    'ada@fleet.example',
    'fixes #1, GH-2 and owner/name#3',
    'https://evil.example www.evil.example',
    `${'0123456789abcdef'.repeat(2)}01234567 and 0123abc`,
    '<img src=x onerror=alert(1)><script>a()</script></code></details>',
    '[a](https://evil.example) ![b](https://evil.example) [ref]: https://evil.example',
    '`code` ``` fence\n```\n# heading\n| a | b |\n- [ ] task',
    '--> <!-- jobwright . -->',
    '*bold* _under_ ~~gone~~ $math$ :smile: &lt;b&gt; \\',
    '\u202e\u200b\ud800 \r\n::error::owned\n##[group]x',
    '```\n</details>\n@admins #1',
    'https://console.aws.amazon.com.evil.example/ javascript:alert(1)',
  ]) {
    for (const options of [COMMENT, SUMMARY]) {
      const page = formatRunMarkdown(createHostileReport(text), options)
      const { links, tags, spoken } = findActive(page)
      t.ok(
        links.every((link) => /^https:\/\/github\.example\/(football-archive\/jobs\/blob|runs)\//.test(link)),
        `${text}: ${links.join(' ')}`,
      )
      t.strictSame(spoken, [], text)
      const ours = 'b br strong code details li p pre sub summary table tbody td th thead tr ul h3 a'.split(' ')
      t.strictSame(
        tags.filter((tag) => !ours.includes(tag)),
        [],
        text,
      )
      t.notMatch(page, /\u202e|\u200b|##\[/)
      const outsideCode = page.replace(/^(`{3,})[\s\S]*?^\1/gm, '')
      t.equal(outsideCode.split('<!--').length, options.marker === undefined ? 1 : 2, 'nobody else hides anything')
    }
  }
  t.end()
})

t.test('only the console of AWS is linked', (t) => {
  for (const [consoleUrl, isLinked] of [
    ['https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub', true],
    ['https://console.amazonaws.cn/iot', true],
    ['http://console.aws.amazon.com/iot', false],
    ['https://console.aws.amazon.com.evil.example/', false],
    ['https://evilconsole.aws.amazon.com/', false],
    ['javascript:alert(1)', false],
  ] as const) {
    const [planned] = planReport.planned
    const page = formatRunMarkdown({ ...planReport, planned: [{ ...planned!, consoleUrl }] }, SUMMARY)
    t.equal(findActive(page).links.length > 0, isLinked, consoleUrl)
  }
  t.end()
})

t.test('a page that is too long keeps its totals, and says how much is missing', (t) => {
  const planned = Array.from({ length: 3000 }, (_, n) => ({
    ...planReport.planned[0]!,
    address: `IotJob/kiosk-${n}` as const,
  }))
  for (const maxBytes of [3000, 65_536, 200_000]) {
    const page = formatRunMarkdown({ ...planReport, planned }, { ...COMMENT, maxBytes })
    t.ok(countBytes(page) <= maxBytes, `${countBytes(page)} of ${maxBytes}`)
    t.match(page, /\*\*Plan: 3000 to create\.\*\*/)
    t.match(page, /\d+ more not shown: see \[the summary of the run\]/)
    t.equal(page.split('<details').length, page.split('</details>').length, 'every section is closed')
  }
  t.end()
})

t.test('a page fits to the byte', (t) => {
  const list: List = {
    head: 'h:',
    items: ['aa', 'éé', 'cc'],
    between: '\n',
    tail: '.',
    more: (count) => `${count} more`,
  }
  const whole = fitPage(['top', list], 1000)
  t.equal(whole, 'top\n\nh:aa\néé\ncc.')
  for (let most = countBytes('top\n\nh:\n\n3 more.'); most <= countBytes(whole) + 10; most++)
    t.ok(countBytes(fitPage(['top', list], most)) <= most, `${most}`)
  t.equal(fitPage(['top', { ...list, items: [] }], 1000), 'top')
  t.end()
})
