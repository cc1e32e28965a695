// What people write: a pool of ten, the SDK's own retries. Prints what it believes to have done.
import { CreateExportJobCommand, PinpointClient } from '@aws-sdk/client-pinpoint'

const [, , prefix, size] = process.argv
const client = new PinpointClient({})
const names = Array.from({ length: Number(size) }, (_, n) => `${prefix}${String(n).padStart(4, '0')}`)
const claimed = { ok: 0, failed: 0 }

async function work() {
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const ExportJobRequest = {
      RoleArn: 'arn:aws:iam::123456789012:role/night-shift',
      S3UrlPrefix: `s3://exports/${name}/`,
    }
    try {
      await client.send(
        new CreateExportJobCommand({ ApplicationId: '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d', ExportJobRequest }),
      )
      claimed.ok++
    } catch {
      claimed.failed++
    }
  }
}

await Promise.all(Array.from({ length: 10 }, work))
process.stdout.write(`${JSON.stringify(claimed)}\n`)
