import t from 'tap'
import { shortenIds } from '../../src/report/short-ids.ts'

const A = 'de652f44c93bc8dec6684e413108422f'
const B = 'de652f44c93b00000000000000000000'
const C = '325bc852bca1c7512cfd6468d5cd9c91'
const U = '8f6b3f2c-1d5e-4a7b-9c0d-1e2f3a4b5c6d'

t.test('an ID that AWS made up is shortened to what tells it from the others', async (t) => {
  t.strictSame([C, U].map(shortenIds([C, U])), ['325bc852…', '8f6b3f2c…'])
  t.strictSame([A, B, C].map(shortenIds([A, B, C])), ['de652f44c93bc…', 'de652f44c93b0…', '325bc852…'])
  t.equal(shortenIds([A, A])(A), 'de652f44…', 'one job that is listed twice')
})

t.test('a name that a person chose, and an ID that is not shown, stay whole', async (t) => {
  const shorten = shortenIds([A, 'kiosk-firmware-4-2-with-contactless-refunds', 'EG7HS'])
  for (const id of ['kiosk-firmware-4-2-with-contactless-refunds', 'EG7HS', C, '']) t.equal(shorten(id), id)
})
