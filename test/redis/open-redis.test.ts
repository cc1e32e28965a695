import http from 'node:http'
import net from 'node:net'
import t from 'tap'
import { type RedisPlace, readRedisPlace } from '../../src/model/redis-place.ts'
import { openRedis, type RedisAnswer } from '../../src/redis/open-redis.ts'
import { readTrouble } from '../../src/redis/trouble.ts'
import { systemClock } from '../../src/system/clock.ts'
import { NO_REDIS, startRedis } from './server.ts'

type Test = { teardown(end: () => unknown): void }

function placeOf(url: string): RedisPlace {
  const read = readRedisPlace(url)
  if ('fault' in read) throw new Error(read.fault)
  return read.place
}

/** What a door of this URL says to one call. */
async function askOnce(t: Test, url: string, ...command: [string, ...string[]]): Promise<RedisAnswer<unknown>> {
  const door = openRedis(placeOf(url), systemClock)
  t.teardown(() => door.close())
  return door.ask((redis) => redis.call(...command))
}

/** A server that treats each connection in its own way. */
async function serve(t: Test, each: (socket: net.Socket) => void): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    each(socket)
  })
  const open = new Set<net.Socket>()
  server.on('connection', (socket) => open.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}`
}

t.test('the URL of a Redis server is read, and its name holds no password', async (t) => {
  t.same(readRedisPlace('rediss://app:s%40cret@redis.example.com/2'), {
    place: {
      name: 'rediss://redis.example.com:6379/2',
      host: 'redis.example.com',
      port: 6379,
      tls: true,
      db: 2,
      username: 'app',
      password: 's@cret',
    },
  })
  t.match(readRedisPlace('redis://[::1]:7000'), {
    place: { name: 'redis://[::1]:7000', host: '::1', port: 7000, tls: false },
  })
  t.match(readRedisPlace('redis://:only@127.0.0.1'), { place: { name: 'redis://127.0.0.1:6379', password: 'only' } })
})

t.test('what is no URL of a Redis server is refused without repeating it', async (t) => {
  for (const text of [
    '',
    'redis.example.com:6379',
    'http://u:pa55@redis.example.com',
    'rediss://u:pa55@',
    'rediss://u:pa55@host?password=pa55',
    'rediss://u:pa55@host#pa55',
    'rediss://u:pa55@host/zero',
    'rediss://u:pa55%zz@host',
    'rediss://u:pa55@ho st',
  ]) {
    const read = readRedisPlace(text)
    t.type('fault' in read ? read.fault : undefined, 'string', text)
    t.notMatch(JSON.stringify(read), 'pa55')
  }
})

t.test('a door calls a real Redis, logs in and chooses the database', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  redis.cli('ACL', 'SETUSER', 'app', 'on', '>pa55', '~*', '+@all')
  t.same(await askOnce(t, redis.url, 'PING'), { value: 'PONG' })
  const url = `redis://app:pa55@127.0.0.1:${redis.port}/3`
  t.same(await askOnce(t, url, 'SET', 'a', '1'), { value: 'OK' })
  t.equal(redis.cli('-n', '3', 'GET', 'a'), '1')
})

t.test('a refusal of a real Redis is named in our own words', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t, '--requirepass', 'pa55')
  t.match(await askOnce(t, redis.url, 'PING'), { trouble: { name: 'NOAUTH', words: 'it wants a password' } })
  t.match(await askOnce(t, `redis://:wrong@127.0.0.1:${redis.port}`, 'PING'), { trouble: { name: 'WRONGPASS' } })
  const login = `redis://:pa55@127.0.0.1:${redis.port}`
  const cli = (...args: string[]) => redis.cli('-a', 'pa55', ...args)
  cli('ACL', 'SETUSER', 'reader', 'on', '>reads', '~*', '+get')
  t.match(await askOnce(t, `redis://reader:reads@127.0.0.1:${redis.port}`, 'SET', 'a', '1'), {
    trouble: { name: 'NOPERM' },
  })
  cli('CONFIG', 'SET', 'maxmemory', '1')
  t.match(await askOnce(t, login, 'SET', 'a', '1'), { trouble: { name: 'OOM', words: 'its memory is full' } })
  cli('CONFIG', 'SET', 'maxmemory', '0')
  cli('REPLICAOF', '127.0.0.1', '1')
  t.match(await askOnce(t, login, 'SET', 'a', '1'), { trouble: { name: 'READONLY' } })
})

t.test('a server that is away, silent or of another protocol ends a call in bounded time', async (t) => {
  const swallows = await serve(t, () => {})
  t.match(await askOnce(t, swallows, 'PING'), { trouble: { name: 'TIMEOUT' } })
  t.match(await askOnce(t, swallows.replace('redis:', 'rediss:'), 'PING'), { trouble: { name: 'TIMEOUT' } })
  const hangsUp = await serve(t, (socket) => socket.destroy())
  t.match(await askOnce(t, hangsUp, 'PING'), { trouble: { words: /closed the connection/ } })
  t.match(await askOnce(t, 'redis://127.0.0.1:1', 'PING'), { trouble: { name: 'ECONNREFUSED' } })
  const web = http.createServer((_request, response) => response.end('no'))
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  t.teardown(() => web.close())
  t.match(await askOnce(t, `redis://127.0.0.1:${(web.address() as net.AddressInfo).port}`, 'PING'), {
    trouble: { name: 'PROTOCOL' },
  })
})

t.test('what a server writes in an error is never repeated', async (t) => {
  const hostile = 'EVIL \u001b]0;owned\u0007 ::error::pa55'
  const url = await serve(t, (socket) => socket.on('data', () => socket.write(`-${hostile}\r\n`)))
  const answer = await askOnce(t, url, 'PING')
  t.same(answer, { trouble: { name: 'EVIL', words: 'it answers EVIL' } })
  const odd = await serve(t, (socket) => socket.on('data', () => socket.write('-\u001b[2Jodd\r\n')))
  t.same(await askOnce(t, odd, 'PING'), { trouble: { name: 'ERR', words: 'it answers ERR' } })
  t.same(readTrouble({ code: 'CERT_HAS_EXPIRED' }), {
    name: 'CERT_HAS_EXPIRED',
    words: 'its certificate has expired',
  })
})

t.test('an answer that came while this process was busy is not late', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const door = openRedis(placeOf(redis.url), systemClock)
  t.teardown(() => door.close())
  await door.ask((client) => client.ping())
  const answer = door.ask((client) => client.ping())
  await new Promise((resolve) => setImmediate(resolve))
  const from = systemClock.monotonic()
  while (systemClock.monotonic() - from < 400);
  t.same(await answer, { value: 'PONG' })
})

t.test('a door connects anew after a trouble, and never after it is closed', { skip: NO_REDIS }, async (t) => {
  const redis = await startRedis(t)
  const door = openRedis(placeOf(redis.url), systemClock)
  t.teardown(() => door.close())
  const ping = () => door.ask((client) => client.ping())
  t.same(await ping(), { value: 'PONG' })
  redis.signal('SIGSTOP')
  t.match(await ping(), { trouble: { name: 'TIMEOUT' } })
  redis.signal('SIGCONT')
  t.same(await ping(), { value: 'PONG' })
  await redis.kill()
  t.type(((await ping()) as { trouble?: object }).trouble, 'object')
  t.match(await ping(), { trouble: { name: 'ECONNREFUSED' } })
  await redis.restart()
  t.same(await ping(), { value: 'PONG' })
  door.close()
  t.match(await ping(), { trouble: { name: 'CLOSED' } })
})
