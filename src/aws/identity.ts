import type { DiagnosticInput } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Clock } from '../system/clock.ts'
import { AwsError, describeProblem } from './aws-error.ts'
import type { CredentialsProvider, QuerySettings } from './client-settings.ts'
import type { Lane } from './lanes.ts'
import { createQueryClient, getText } from './query-client.ts'
import { readWithRetries } from './read-with-retries.ts'
import { getPartition, type Target } from './target.ts'

/** A single call at the start of a run needs no pacing. */
const OPEN: Lane = {
  key: 'sts',
  limit: { perSecond: 1 },
  expected: () => 1,
  pass: async () => {},
  mayRepeat: () => true,
  report: () => {},
}

/**
 * Asks STS for the account of these credentials, because a variable or a profile may name another one. Throws a Problem
 * (exit 4): AWS_NO_CREDENTIALS, AWS_REFUSED, AWS_UNREACHABLE, or AWS_WRONG_ACCOUNT if the target names another account.
 * @param sts an endpoint that replaces STS
 */
export async function fetchAccount(
  target: Target,
  settings: QuerySettings,
  sts: string | undefined,
  clock: Clock,
): Promise<string> {
  await assertCredentials(target, settings.credentials)
  const account = await askSts(target, settings, sts, clock)
  if (target.account !== undefined && target.account !== account) {
    throw new Problem({
      code: 'AWS_WRONG_ACCOUNT',
      message: `the target "${target.name}" is account ${target.account}, but these credentials belong to ${account}`,
      remedies: [advise('use credentials of that account, or correct "account" in jobwright.yaml')],
    })
  }
  return account
}

async function assertCredentials(target: Target, credentials: CredentialsProvider): Promise<void> {
  try {
    await credentials()
  } catch (error) {
    const { class: kind, message } = describeProblem(error, {})
    if (kind === 'unreachable') throw createUnreachable(target, 'the source of its credentials', message, error)
    const profile = target.profile ? ` (profile "${target.profile}")` : ''
    throw new Problem(
      {
        code: 'AWS_NO_CREDENTIALS',
        message: `no AWS credentials for the target "${target.name}"${profile}: ${message}`,
        remedies: [
          advise('set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
          { text: 'sign in', command: ['aws', 'sso', 'login'] },
          advise('in GitHub Actions use aws-actions/configure-aws-credentials'),
          advise('without an account, add --emulator'),
        ],
      },
      error,
    )
  }
}

async function askSts(target: Target, settings: QuerySettings, sts: string | undefined, clock: Clock): Promise<string> {
  const endpoint = sts ?? `https://sts.${target.region}.${getPartition(target.region).domain}`
  const signing = { name: 'sts', region: target.region }
  const call = createQueryClient({ endpoint, version: '2011-06-15', signing }, settings)
  try {
    const account = await readWithRetries(OPEN, { api: { errors: {} } }, { clock }, async (options) =>
      getText(await call('GetCallerIdentity', {}, options), 'Account'),
    )
    if (account !== undefined) return account
    throw new AwsError({ class: 'unknown', name: 'UnusableAnswer', message: 'STS named no account' })
  } catch (error) {
    const { class: kind, name, message } = describeProblem(error, {})
    if (kind === 'auth') throw createRefused(target, name, message, error)
    throw createUnreachable(target, endpoint, `${name}: ${message}`, error)
  }
}

function createRefused(target: Target, name: string, message: string, cause: unknown): Problem {
  const diagnostic: DiagnosticInput = {
    code: 'AWS_REFUSED',
    message: `AWS refused the credentials of the target "${target.name}": ${name}: ${message}`,
    remedies: [advise('sign in again, or check the key; a session token goes with its own key only')],
  }
  return new Problem(diagnostic, cause)
}

function createUnreachable(target: Target, where: string, message: string, cause: unknown): Problem {
  const diagnostic: DiagnosticInput = {
    code: 'AWS_UNREACHABLE',
    message: `cannot reach ${where} for the target "${target.name}": ${message}`,
    remedies: [advise(`check the network, the region (${target.region}), and AWS_ENDPOINT_URL if it is set`)],
  }
  return new Problem(diagnostic, cause)
}
