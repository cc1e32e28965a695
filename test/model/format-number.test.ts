import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { formatNumber } from '../../src/model/format-number.ts'

t.test('a number has a comma before each three digits', async (t) => {
  for (const [value, text] of [
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [50_000, '50,000'],
    [123_456, '123,456'],
    [1_048_576, '1,048,576'],
    [-1_234, '-1,234'],
  ] as const)
    t.equal(formatNumber(value), text)
})

t.test('no command loads the data of all languages to format a number', async (t) => {
  const src = path.join(import.meta.dirname, '../../src')
  const files = fs.readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  t.ok(files.length > 500)
  // A browser has loaded it already.
  const asking = files.filter(
    (file) => !file.startsWith('page') && fs.readFileSync(path.join(src, file), 'utf8').includes('.toLocaleString('),
  )
  t.strictSame(asking, [])
})
