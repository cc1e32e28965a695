import t from 'tap'
import { linkText } from '../../src/report/console-link.ts'

const PAGE = 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub'

t.test("a text becomes a link to AWS's console where the terminal shows links", async (t) => {
  t.equal(linkText('kiosks', PAGE, { links: true }), `\u001b]8;;${PAGE}\u001b\\kiosks\u001b]8;;\u001b\\`)
  t.equal(linkText('kiosks', PAGE, { links: false }), 'kiosks')
  t.equal(linkText('kiosks', PAGE, {}), 'kiosks')
  t.equal(linkText('kiosks', undefined, { links: true }), 'kiosks')
  t.equal(linkText('', PAGE, { links: true }), '')
})

t.test('no other address becomes a link, whatever it holds', async (t) => {
  const bad = [
    'https://console.aws.amazon.com.example.org/iot',
    'http://eu-west-1.console.aws.amazon.com/iot',
    'javascript:alert(1)',
    `${PAGE}\u001b\\\u001b[31m`,
    `${PAGE}\u0007`,
    `${PAGE} space`,
    'not an address',
  ]
  for (const url of bad) t.equal(linkText('kiosks', url, { links: true }), 'kiosks', url)
})
