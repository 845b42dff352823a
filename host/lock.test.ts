import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acquireLock, DataDirectoryBusy, guardPath, readLock } from './lock.ts'

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'atelier-lock-test-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const pidMax = 4_194_304 // of Linux: no process has a higher one
const dead = (nonce: string) => JSON.stringify({ pid: pidMax + 1, started: '1@boot', nonce, info: {} })

test('a data directory has one holder at a time', async () => {
  await using first = await acquireLock(folder)
  const second = acquireLock(folder)
  await expect(second).rejects.toBeInstanceOf(DataDirectoryBusy)
  await expect(second).rejects.toThrow(
    `Another Atelier (pid ${process.pid}) is running on ${folder}; stop it or pass --data with another directory.`,
  )
  await first[Symbol.asyncDispose]()
  await holding(folder)
})

test('the holder can be found, with what it said of itself, until it lets go', async () => {
  expect(await readLock(folder)).toBeUndefined()
  const lock = await acquireLock(folder)
  expect(await readLock(folder)).toEqual({ pid: process.pid, info: {} })
  await lock.describe({ url: 'http://localhost:3000' })
  expect(await readLock(folder)).toEqual({ pid: process.pid, info: { url: 'http://localhost:3000' } })
  await lock[Symbol.asyncDispose]()
  expect(await readLock(folder)).toBeUndefined()
  expect(await readdir(folder)).toEqual([])
})

test('nobody else may read what it says: the URL of a database may hold a password', async () => {
  await using lock = await acquireLock(folder)
  const mode = async () => (await stat(join(folder, 'atelier.lock'))).mode & 0o777
  expect(await mode()).toBe(0o600)
  await lock.describe({ databaseUrl: 'postgres://shop:secret@db/shop' })
  expect(await mode()).toBe(0o600)
})

test('a data directory that does not exist is made', async () => {
  await holding(join(folder, 'a', 'b'), async () => {
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['atelier.lock'])
  })
})

test.each([
  ['of a dead process', dead('a')],
  ['of a live pid that was another process then', JSON.stringify({ pid: process.pid, started: '1@another-boot', nonce: 'a', info: {} })],
  ['cut short by a power failure', '{"pid":'],
  ['emptied by a power failure', ''],
])('a lock %s is taken over, and nothing stays beside it', async (_, stale) => {
  await writeFile(join(folder, 'atelier.lock'), stale)
  await writeFile(join(folder, 'atelier.lock.new-1'), dead('left by a killed process'))
  expect(await readLock(folder)).toBeUndefined()
  await holding(folder, async () => {
    expect((await readLock(folder))?.pid).toBe(process.pid)
    expect(await readdir(folder)).toEqual(['atelier.lock'])
  })
})

test('a take-over killed in the middle does not stand in the way of the next', async () => {
  const lock = join(folder, 'atelier.lock')
  await writeFile(lock, dead('holder'))
  await writeFile(guardPath(lock, dead('holder')), dead('taker'))
  await writeFile(guardPath(lock, dead('taker')), dead('taker of the taker'))
  await holding(folder, async () => {
    expect(await readdir(folder)).toEqual(['atelier.lock'])
  })
})

test('of eight processes that start at once on a stale lock exactly one wins, every time', async () => {
  const rounds = 30
  const roundMs = 25
  for (let round = 0; round < rounds; round++) {
    await holding(join(folder, `${round}`))
    if (round % 3 === 0) continue // free
    const path = join(folder, `${round}`, 'atelier.lock')
    await writeFile(path, dead('holder'))
    if (round % 3 === 2) await writeFile(guardPath(path, dead('holder')), dead('taker'))
  }
  // Winners keep what they won until all have tried: their input closes.
  const racer = `
    const { acquireLock } = await import(${JSON.stringify(join(import.meta.dir, 'lock.ts'))})
    const beginMs = Number(process.argv.at(-1))
    const outcomes = []
    for (let round = 0; round < ${rounds}; round++) {
      while (Date.now() < beginMs + round * ${roundMs}) {}
      outcomes.push(await acquireLock(${JSON.stringify(folder)} + '/' + round).then(() => 'won', (error) => error.name))
    }
    console.log(JSON.stringify(outcomes))
    await Bun.stdin.text()`
  const beginMs = Date.now() + 1_500
  const racers = Array.from({ length: 8 }, () =>
    Bun.spawn([process.execPath, '-e', racer, `${beginMs}`], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' }),
  )
  const outcomes = await Promise.all(racers.map(async (child): Promise<string[]> => JSON.parse(await firstLine(child.stdout))))
  for (const child of racers) void child.stdin.end()
  await Promise.all(racers.map((child) => child.exited))

  const winners = Array.from({ length: rounds }, (_, round) => outcomes.filter((one) => one[round] === 'won').length)
  expect(winners).toEqual(Array(rounds).fill(1))
  expect(new Set(outcomes.flat())).toEqual(new Set(['won', 'DataDirectoryBusy']))
}, 20_000)

test('the lock of a killed process is free, with its description gone', async () => {
  const holder = `
    const { acquireLock } = await import(${JSON.stringify(join(import.meta.dir, 'lock.ts'))})
    await (await acquireLock(${JSON.stringify(folder)})).describe({ url: 'gone' })
    console.log('held')
    await Bun.stdin.text()`
  const child = Bun.spawn([process.execPath, '-e', holder], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  expect(await firstLine(child.stdout)).toBe('held')
  expect(await readLock(folder)).toEqual({ pid: child.pid, info: { url: 'gone' } })
  child.kill('SIGKILL')
  await child.exited
  expect(await readFile(join(folder, 'atelier.lock'), 'utf8')).toContain('gone')
  expect(await readLock(folder)).toBeUndefined()
  await holding(folder)
})

const holding = async (dataDir: string, meanwhile = async () => {}): Promise<void> => {
  const lock = await acquireLock(dataDir)
  try {
    await meanwhile()
  } finally {
    await lock[Symbol.asyncDispose]()
  }
}

const firstLine = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
  let text = ''
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk)
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
