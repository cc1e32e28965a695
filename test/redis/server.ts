import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

const BINARY = '/usr/bin/redis-server'

/** Why tests of a real Redis are skipped; false where there is one. `.ci/run` installs it where it can. */
export const NO_REDIS = fs.existsSync(BINARY) ? false : `${BINARY} is not installed here`

/** A Redis server of a test. */
export type RedisServer = {
  readonly port: number
  readonly url: string
  /** Runs a command with redis-cli, and returns what it prints. */
  cli(...args: readonly string[]): string
  signal(name: NodeJS.Signals): void
  /** Kills it, and waits for its end. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  restart(): Promise<void>
}

/** A test that ends what it started. */
export type Teardown = { teardown(end: () => unknown): void }

/** Starts a Redis that keeps nothing, on a free port and in a folder of its own. It ends with the test. */
export async function startRedis(t: Teardown, ...options: readonly string[]): Promise<RedisServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-redis-'))
  const port = await findFreePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  let child: ChildProcess | undefined
  const run = async (): Promise<void> => {
    child = spawn(BINARY, [...args, ...options], { stdio: 'ignore' })
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await run()
  t.teardown(async () => {
    await kill()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    cli: (...given) => {
      const { stdout } = spawnSync('redis-cli', ['-p', String(port), '--no-auth-warning', ...given], {
        encoding: 'utf8',
      })
      return stdout.trim()
    },
    signal: (name) => void child?.kill(name),
    kill,
    restart: run,
  }
}

/** Returns a port on which nothing listens. */
export async function findFreePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
