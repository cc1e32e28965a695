// A plain script on the AWS SDK. `create N POOL`: N IoT jobs, with the SDK's own retries. `list`: all pages of jobs.
import { CreateJobCommand, IoTClient, ListJobsCommand } from '@aws-sdk/client-iot'

const [, , what, size = '0', pool = '1'] = process.argv
const client = new IoTClient({})
const done = { ok: 0, failed: 0, pages: 0 }
const targets = ['arn:aws:iot:us-east-1:123456789012:thing/lamp-17']
let next = 0

async function create() {
  while (next < Number(size)) {
    const jobId = `script-${next++}`
    try {
      await client.send(new CreateJobCommand({ jobId, targets, document: '{"operation":"reboot"}' }))
      done.ok++
    } catch {
      done.failed++
    }
  }
}

async function list() {
  let nextToken
  do {
    const page = await client.send(new ListJobsCommand({ maxResults: 250, nextToken }))
    nextToken = page.nextToken
    done.pages++
  } while (nextToken !== undefined)
}

if (what === 'create') await Promise.all(Array.from({ length: Number(pool) }, create))
if (what === 'list') await list()
process.stdout.write(`${JSON.stringify(done)}\n`)
