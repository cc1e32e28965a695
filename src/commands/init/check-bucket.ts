import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { advise } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import type { Printer } from '../../session/printer.ts'
import { openProjectBucket, type Project } from '../../session/project.ts'
import { probeBucket } from '../../state/s3-probe.ts'
import { systemClock } from '../../system/clock.ts'
import { createBucketPolicy, createRolePolicy, type StatePlace } from './bucket-policies.ts'

/**
 * Checks that the bucket of the state honours conditional writes. Warns if the bucket has no versioning or no
 * encryption. Throws a Problem (exit 4) for a bucket that cannot keep a state. Returns the lines that say which
 * policies to set.
 */
export async function checkBucket(project: Project, out: Printer): Promise<readonly string[]> {
  const { key = '', kmsKeyId, split } = project.config.state ?? {}
  const bucket = await openProjectBucket(project)
  const stored = await probeBucket({ bucket, key, clock: systemClock })
  const warnings = [
    ...(stored?.isVersioned === false ? [createUnversioned(bucket.name)] : []),
    ...(stored?.isEncrypted === false ? [createUnencrypted(bucket.name)] : []),
  ]
  if (warnings.length > 0) out.diagnostics(warnings, systemClock.now())
  return listPolicies({ bucket: bucket.name, key, region: bucket.region, kmsKeyId, split })
}

function createUnversioned(bucket: string): Diagnostic {
  const versioning = ['--versioning-configuration', 'Status=Enabled']
  return diagnose({
    code: 'STATE_UNVERSIONED',
    message: `the bucket ${bucket} keeps no older versions: a state that somebody overwrites or deletes is lost`,
    remedies: [
      {
        text: 'turn versioning on',
        command: ['aws', 's3api', 'put-bucket-versioning', '--bucket', bucket, ...versioning],
      },
    ],
  })
}

function createUnencrypted(bucket: string): Diagnostic {
  return diagnose({
    code: 'STATE_UNENCRYPTED',
    message: `the bucket ${bucket} does not say that it encrypts what it stores`,
    remedies: [advise('turn on the default encryption of the bucket, or set state.kmsKeyId in jobwright.yaml')],
  })
}

/** Lists the policies for the role and for the bucket, as they can be pasted. */
function listPolicies(place: StatePlace): readonly string[] {
  const format = (policy: object): string => escapeForTerminal(JSON.stringify(policy))
  return [
    '',
    'The least policy of a role that runs Jobwright, for the state (the object .probe is for init and state move alone):',
    `  ${format(createRolePolicy(place))}`,
    'A policy of the bucket that denies every write of the state without a condition:',
    `  ${format(createBucketPolicy(place))}`,
  ]
}
