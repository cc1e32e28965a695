import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findFreePort, NO_REDIS, type RedisServer, startRedis, type Teardown } from './server.ts'

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0

/** Why tests of a Redis with TLS are skipped; false where there is one. */
export const NO_TLS = NO_REDIS || (HAS_OPENSSL ? false : 'openssl is not installed here')

/** A Redis with TLS, whose certificate an authority of the test has signed for `localhost`. */
export type TlsRedis = RedisServer & {
  /** The file with the certificate of the authority, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string
  readonly tlsPort: number
}

/** Starts a Redis that takes TLS too. */
export async function startTlsRedis(t: Teardown, ...options: readonly string[]): Promise<TlsRedis> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-tls-'))
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  const at = (name: string): string => path.join(folder, name)
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-subj', '/CN=Night Authority')
  openssl('req', '-new', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost')
  fs.writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n')
  const signed = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')]
  openssl('x509', '-req', '-in', at('server.csr'), ...signed, '-out', at('server.crt'))
  const tlsPort = await findFreePort()
  const files = ['--tls-cert-file', at('server.crt'), '--tls-key-file', at('server.key')]
  const tls = ['--tls-port', String(tlsPort), ...files, '--tls-ca-cert-file', at('ca.crt'), '--tls-auth-clients', 'no']
  return { ...(await startRedis(t, ...tls, ...options)), authority: at('ca.crt'), tlsPort }
}
