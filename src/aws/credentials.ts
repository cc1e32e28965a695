import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core'
import type { CredentialsProvider } from './client-settings.ts'
import type { Target } from './target.ts'

/** What the emulator is called with; it looks at the key's first letters only. */
const EMULATOR = { accessKeyId: 'AKIAEMULATOR', secretAccessKey: 'emulator' }

/** The credentials that any caller of the emulator has. */
export const emulatorCredentials: CredentialsProvider = async () => EMULATOR

/**
 * The one source of credentials of a target, shared by all its clients: the SDK's chain (environment, profile, SSO, OIDC, process,
 * container, instance), and the target's role on top where it names one. Loaded once, and again before they expire.
 * @param sts an endpoint that stands in for STS
 */
export async function credentialsOf(
  target: Target,
  sts: string | undefined,
  version: string,
): Promise<CredentialsProvider> {
  const { fromIni, fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  const clientConfig = { region: target.region, endpoint: sts }
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
