import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core'
import type { CredentialsProvider } from './client-settings.ts'
import { readHandler } from './handler.ts'
import type { Target } from './target.ts'
import { requests } from './trace.ts'

/** Credentials for the emulator. It reads the account from a key that ends in twelve digits. */
export function getEmulatorCredentials(account = ''): CredentialsProvider {
  const credentials = { accessKeyId: `AKIAEMULATOR${account}`, secretAccessKey: 'emulator' }
  return () => Promise.resolve(credentials)
}

/**
 * A target's only source of credentials, shared by all its clients. It is the SDK's chain: environment, profile, SSO,
 * OIDC, process, container, instance. If the target names a role, the credentials then assume it. Credentials are
 * loaded once, and again before they expire.
 * @param sts an endpoint that replaces STS
 */
export async function loadCredentials(
  target: Target,
  sts: string | undefined,
  version: string,
): Promise<CredentialsProvider> {
  const { fromIni, fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  // Traces the chain's own requests if anybody listens.
  const heard = requests.hasSubscribers ? { requestHandler: readHandler(() => {}) } : {}
  const clientConfig = { region: target.region, endpoint: sts, ...heard }
  // A named profile is used alone. The chain would warn on standard error about keys in the environment, and fall back
  // to other sources.
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
