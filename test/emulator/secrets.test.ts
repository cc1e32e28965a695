import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { maskSecrets } from '../../src/emulator/secrets.ts'
import { dataSet, manifest, openWorld, revision } from './setup.ts'

const SECRET = 'canary-5f0e1c'
const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

t.test('a secret of a request is on no disk and in no answer, and its digest is', async (t) => {
  const dir = t.testdir({})
  const world = await openWorld(t, { dir })
  const lines = `pinCode: ${SECRET}\ntrueCryptPassword: "${SECRET}"\naccessKeyId: ${SECRET}\n# pinCode: ${SECRET}\n`
  const made = await world.call('importexport', 'POST', '/', {
    Action: 'CreateJob',
    JobType: 'Import',
    ValidateOnly: 'false',
    Manifest: manifest(lines),
    ManifestAddendum: `pinCode: ${SECRET}`,
  })
  const id = /<JobId>(.*)<\/JobId>/.exec(made.text)?.[1] ?? ''
  t.equal(made.status, 200)
  const updated = await world.call('importexport', 'POST', '/', {
    Action: 'UpdateJob',
    JobId: id,
    JobType: 'Import',
    ValidateOnly: 'false',
    Manifest: manifest(`PinCode: ${SECRET}-2\n`),
  })
  t.equal(updated.status, 200)
  const api = {
    ApiId: 'a1',
    ApiName: 'prices',
    ApiSpecificationMd5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==',
    DataSetId: dataSet,
    RevisionId: revision,
    ProtocolType: 'REST',
    Stage: 'live',
    ApiKey: SECRET,
  }
  const asset = await world.call('dataexchange', 'POST', '/v1/jobs', {
    Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
    Details: { ImportAssetFromApiGatewayApi: api },
  })
  t.equal(asset.status, 201)
  const status = await world.call('importexport', 'POST', '/', { Action: 'GetStatus', JobId: id })
  t.match(status.text, digest(`${SECRET}-2`))
  t.match(status.text, 'bucket: fleet-archive')
  const log = fs.readFileSync(path.join(dir, 'jobs.log'), 'utf8')
  const [disk = '', prices = ''] = (await world.jobs()).map((job) => JSON.stringify(job))
  for (const text of [log, disk, prices, asset.text, status.text, made.text]) t.notMatch(text, SECRET)
  t.match(disk, digest(SECRET))
  t.match(prices, digest(SECRET))
})

t.test('a log that an older version wrote loses its secrets when it is opened', async (t) => {
  const dir = t.testdir({})
  const first = await openWorld(t, { dir })
  const sent = { Action: 'CreateJob', JobType: 'Import', ValidateOnly: 'false', Manifest: manifest() }
  t.equal((await first.call('importexport', 'POST', '/', sent)).status, 200)
  await first.close()
  const file = path.join(dir, 'jobs.log')
  const old = fs.readFileSync(file, 'utf8').replace('deviceId: crate-7', `deviceId: crate-7\\npinCode: ${SECRET}`)
  t.match(old, SECRET)
  fs.writeFileSync(file, old)
  const again = await openWorld(t, { dir })
  t.match(JSON.stringify(await again.jobs()), digest(SECRET))
  t.notMatch(fs.readFileSync(file, 'utf8'), SECRET)
  await again.close()
  const once = fs.readFileSync(file, 'utf8')
  const last = await openWorld(t, { dir })
  t.match(JSON.stringify(await last.jobs()), digest(SECRET), 'a digest is no secret of its own')
  t.equal(fs.readFileSync(file, 'utf8'), once)
})

t.test('an emulator writes its log through no link', async (t) => {
  const dir = t.testdir({ aws: {}, kept: 'kept' })
  for (const name of ['jobs.log', 'clock', 'lock']) {
    fs.symlinkSync(path.join(dir, 'elsewhere'), path.join(dir, 'aws', name))
    await t.rejects(openWorld(t, { dir: path.join(dir, 'aws') }), { code: 'EMULATOR_OPTION', message: /is a link/ })
    fs.rmSync(path.join(dir, 'aws', name))
  }
  t.strictSame(fs.readdirSync(dir).sort(), ['aws', 'kept'])
})

t.test('a manifest in any form loses its secrets', async (t) => {
  const clean = (Manifest: string) => JSON.stringify(maskSecrets({ Manifest }))
  for (const line of [
    `pinCode: ${SECRET}`,
    `"p\\x69nCode": ${SECRET}`,
    `PINCODE: '${SECRET}'`,
    `pinCode: >\n  ${SECRET}`,
    `pinCode: [ ${SECRET} ]`,
    `x: { y: [ { accessKeyId: ${SECRET} } ] }`,
    `a: &a { pinCode: ${SECRET} }\nb: *a`,
    `a: &a { pinCode: ${SECRET}, b: *a }`,
    `# trueCryptPassword: ${SECRET}`,
    `pinCode: { ${SECRET}`,
  ])
    t.notMatch(clean(`manifestVersion: 2.0\n${line}\n`), SECRET, line)
  t.notMatch(clean(`manifestVersion:2.0\npinCode:${SECRET}\n`), SECRET, 'without blanks, as AWS writes its samples')
  t.notMatch(clean(`pinCode: ${SECRET}`), SECRET, 'a manifest without its version')
  const plain = manifest('# a note\n')
  t.equal(maskSecrets({ Manifest: plain }).Manifest, plain, 'one without secrets stays as it was sent')
})
