import { openFileStore } from '../../src/state/file-store.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import { readGitHubAccess } from '../../src/state/github-repository.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { openStoreInS3 } from './buckets.ts'
import { job, set } from './fixtures.ts'

// A process that holds a state, has appended to it, says so, and waits to be killed.
const [kind, place = ''] = process.argv.slice(2)
const store =
  kind === 'file'
    ? openFileStore({ path: place, disk: nodeDisk })
    : kind === 's3'
      ? openStoreInS3(place, process.env)
      : createGitStore({
          repository: place,
          disk: nodeDisk,
          ...(kind === 'github' && { github: { access: readGitHubAccess(process.env) } }),
        })
const held = await store.open()
await held.append([set('held', job('created', { id: 'made-by-the-dead' }))])
process.stdout.write('held\n')
setInterval(() => {}, 60_000)
