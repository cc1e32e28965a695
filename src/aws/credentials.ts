import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core'
import type { CredentialsProvider } from './client-settings.ts'
import { readHandler } from './handler.ts'
import type { Target } from './target.ts'
import { requests } from './trace.ts'

/** The credentials that a target has on the emulator, which takes a key that ends in twelve digits for one of that account. */
export function getEmulatorCredentials(account = ''): CredentialsProvider {
  const credentials = { accessKeyId: `AKIAEMULATOR${account}`, secretAccessKey: 'emulator' }
  return () => Promise.resolve(credentials)
}

/**
 * The one source of credentials of a target, shared by all its clients: the SDK's chain (environment, profile, SSO, OIDC, process,
 * container, instance), and the target's role on top where it names one. Loaded once, and again before they expire.
 * @param sts an endpoint that stands in for STS
 */
export async function loadCredentials(
  target: Target,
  sts: string | undefined,
  version: string,
): Promise<CredentialsProvider> {
  const { fromIni, fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  // Where somebody listens, its own requests are told of as well.
  const heard = requests.hasSubscribers ? { requestHandler: readHandler(() => {}) } : {}
  const clientConfig = { region: target.region, endpoint: sts, ...heard }
  // A profile that is named is meant: the chain would complain of keys in the environment on standard error, and fall back to others.
  const chain = target.profile
    ? fromIni({ profile: target.profile, clientConfig })
    : fromNodeProviderChain({ clientConfig })
  const provider = target.roleArn
    ? fromTemporaryCredentials({
        masterCredentials: chain,
        params: { RoleArn: target.roleArn, RoleSessionName: 'jobwright' },
        clientConfig: { ...clientConfig, customUserAgent: [['jobwright', version]] },
      })
    : chain
  const memoized = memoizeIdentityProvider(provider, isIdentityExpired, doesIdentityRequireRefresh)
  if (!memoized) throw new Error('no credentials provider')
  return memoized
}
