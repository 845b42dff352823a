import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmod, lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import { prepare } from './embedded-binaries.ts'
import { openEmbedded, type Embedded } from './embedded.ts'
import { DataDirectoryBusy } from './lock.ts'
import { isRunning, postgresIn } from './processes.ts'

const testMsMax = 20_000
const asRoot = process.geteuid?.() === 0
const inLinux = process.platform === 'linux'

let folder = ''
let dataDir = '' // shared by the tests that need no new one: making one takes most of a second
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-embedded-test-'))
  dataDir = join(folder, 'shared')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const open = (dir = dataDir): Promise<Embedded> => openEmbedded({ dataDir: dir, durable: false })

/** The capabilities of a server started now, as the kernel's bit mask; it must not be root's. */
const capabilities = async (): Promise<number> => {
  await using embedded = await open()
  const status = await readFile(`/proc/${embedded.pid}/status`, 'utf8')
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1]
  expect(field('Uid')).not.toBe('0')
  return Number.parseInt(field('CapEff') ?? '', 16)
}

const ask = async ({ socketDir: host, port, user, database }: Embedded, question: string): Promise<unknown> => {
  const sql = postgres({ host, port, user, database, max: 1, onnotice: () => {} })
  try {
    return (await sql.unsafe(question).values()).flat()[0]
  } finally {
    await sql.end({ timeout: 5 })
  }
}

test(
  'a new data directory answers, to its own user and root only, and stop leaves neither process nor socket',
  async () => {
    const embedded = await open()
    const home = join(dataDir, 'postgres')
    expect(await ask(embedded, 'select 1')).toBe(1)
    expect(await ask(embedded, 'show listen_addresses')).toBe('')
    expect(new URL(embedded.url).searchParams.get('host')).toBe(embedded.socketDir)
    for (const closed of [embedded.socketDir, home]) expect((await stat(closed)).mode & 0o777).toBe(0o700)
    expect(postgresIn(home, embedded.pid)).toContain(embedded.pid)

    await Promise.all([embedded.stop(), embedded.stop()])
    expect(await embedded.exited).toBe(0)
    expect(postgresIn(home, embedded.pid)).toEqual([])
    expect(await lstat(embedded.socketDir).catch(() => 'gone')).toBe('gone')
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log'])
  },
  testMsMax,
)

test(
  'the next start keeps the data',
  async () => {
    {
      await using embedded = await open()
      await ask(embedded, 'create table kept as select 42 as answer')
    }
    await using embedded = await open()
    expect(await ask(embedded, 'select answer from kept')).toBe(42)
  },
  testMsMax,
)

test(
  'one data directory has one server',
  async () => {
    await using embedded = await open()
    await expect(open()).rejects.toBeInstanceOf(DataDirectoryBusy)
    expect(await ask(embedded, 'select 1')).toBe(1)
  },
  testMsMax,
)

test(
  'a server that is killed says so, and the next start recovers what was committed',
  async () => {
    {
      await using embedded = await openEmbedded({ dataDir }) // durable: what `durable: false` committed last may be lost
      await ask(embedded, 'create table survived as select 42 as answer')
      process.kill(embedded.pid, 'SIGKILL')
      expect(await embedded.exited).toBe('SIGKILL')
    }
    await using embedded = await open()
    expect(await ask(embedded, 'select answer from survived')).toBe(42)
  },
  testMsMax,
)

test(
  'a server left running by a killed process is stopped and replaced',
  async () => {
    const code = `
      const { openEmbedded } = await import(${JSON.stringify(join(import.meta.dir, 'embedded.ts'))})
      console.log((await openEmbedded({ dataDir: ${JSON.stringify(dataDir)}, durable: false })).pid)
      await Bun.stdin.text()`
    const killed = Bun.spawn([process.execPath, '-e', code], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    const { value } = await killed.stdout.getReader().read()
    const leftover = Number(new TextDecoder().decode(value))
    killed.kill('SIGKILL')
    await killed.exited
    expect(isRunning(leftover)).toBe(true)

    const said: string[] = []
    await using embedded = await openEmbedded({ dataDir, durable: false, log: (line) => said.push(line) })
    expect(said).toEqual([`Stopping the PostgreSQL (pid ${leftover}) that an earlier Atelier left running.`])
    expect(isRunning(leftover)).toBe(false)
    expect(embedded.pid).not.toBe(leftover)
    expect(await ask(embedded, 'select answer from survived')).toBe(42)
  },
  testMsMax,
)

test(
  'a process that has stopped its server is free to end at once',
  async () => {
    const code = `
      const { openEmbedded } = await import(${JSON.stringify(join(import.meta.dir, 'embedded.ts'))})
      await (await openEmbedded({ dataDir: ${JSON.stringify(dataDir)}, durable: false })).stop()
      console.log('stopped')`
    const child = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe', stderr: 'inherit' })
    await child.stdout.getReader().read()
    const stoppedMs = performance.now()
    expect(await child.exited).toBe(0)
    expect(performance.now() - stoppedMs).toBeLessThan(5_000)
  },
  testMsMax,
)

test(
  'a pid used again by another program does not block the start',
  async () => {
    const home = join(dataDir, 'postgres')
    const { uid, gid } = await stat(home)
    const other = Bun.spawn(['sleep', '60'], asRoot ? { uid, gid } : {})
    try {
      await writeFile(join(home, 'postmaster.pid'), `${other.pid}\n${home}\n0\n5432\n/tmp\n\n\nready   \n`)
      await using embedded = await open()
      expect(await ask(embedded, 'select 1')).toBe(1)
      expect(isRunning(other.pid)).toBe(true)
    } finally {
      other.kill()
      await other.exited
    }
  },
  testMsMax,
)

test(
  'a socket folder that others may enter is not used',
  async () => {
    const usual = await (async () => {
      await using embedded = await open()
      return embedded.socketDir
    })()
    await mkdir(usual)
    try {
      await chmod(usual, 0o777)
      await using embedded = await open()
      expect(embedded.socketDir).toBe(`${usual}-1`)
      expect(await ask(embedded, 'select 1')).toBe(1)
    } finally {
      await rmdir(usual)
    }
  },
  testMsMax,
)

test(
  'an initialisation that was killed is done again, in a path longer than a socket may be',
  async () => {
    const deep = join(folder, 'a-folder-with-a-name-of-some-length'.repeat(2), 'and-one-more-below-it'.repeat(3))
    expect(join(deep, 'postgres').length).toBeGreaterThan(120)
    await mkdir(join(deep, 'postgres.partial-1', 'base'), { recursive: true })
    await using embedded = await open(deep)
    expect(await ask(embedded, 'select 1')).toBe(1)
    expect((await readdir(deep)).toSorted()).toEqual(['atelier.lock', 'postgres', 'postgres.log'])
  },
  testMsMax,
)

test('a folder of something else is left alone', async () => {
  const foreign = join(folder, 'foreign')
  await mkdir(join(foreign, 'postgres'), { recursive: true })
  await writeFile(join(foreign, 'postgres', 'thesis.txt'), 'years of work')
  await expect(open(foreign)).rejects.toThrow('is not a PostgreSQL data directory')
  expect(await readFile(join(foreign, 'postgres', 'thesis.txt'), 'utf8')).toBe('years of work')
})

const everybodyMayEnter = async (path: string): Promise<boolean> => {
  if (((await stat(path)).mode & 0o001) === 0) return false
  return path === dirname(path) || everybodyMayEnter(dirname(path))
}

test.if(inLinux && asRoot)(
  'started by root, the server is unprivileged; below a folder only root may enter it may pass through folders, and nothing else',
  async () => {
    const passThroughFolders = 1 << 2 // CAP_DAC_READ_SEARCH
    await chmod(folder, 0o700)
    expect(await capabilities()).toBe(passThroughFolders)
    await chmod(folder, 0o755)
    // PostgreSQL's own program lies below us, and a clone may be closed to others too.
    expect(await capabilities()).toBe((await everybodyMayEnter(import.meta.dir)) ? 0 : passThroughFolders)
  },
  testMsMax,
)

test.if(asRoot)(
  'data copied by root is given back to the server',
  async () => {
    const home = join(dataDir, 'postgres')
    await Bun.$`chown -R 0:0 ${home}`
    await using embedded = await open()
    expect(await ask(embedded, 'select answer from kept')).toBe(42)
    expect((await stat(home)).uid).not.toBe(0)
  },
  testMsMax,
)

test.if(asRoot)(
  'data that belongs to another user is served as that user',
  async () => {
    const home = join(dataDir, 'postgres')
    await Bun.$`chown -R 12345:12345 ${home}`
    await using embedded = await open()
    expect(await ask(embedded, 'select answer from kept')).toBe(42)
    expect((await stat(join(home, 'postmaster.pid'))).uid).toBe(12345)
  },
  testMsMax,
)

test('what the package leaves to its install script is done at the first start', async () => {
  const home = join(folder, 'package')
  await mkdir(join(home, 'native/bin'), { recursive: true })
  await mkdir(join(home, 'native/lib'))
  for (const name of ['postgres', 'initdb']) await writeFile(join(home, 'native/bin', name), '', { mode: 0o644 })
  await writeFile(join(home, 'native/lib/libpq.so.5.18'), '')
  await writeFile(
    join(home, 'native/pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  )
  await Promise.all([prepare(home), prepare(home), prepare(home)]) // as by starts at the same time
  const { postgres } = await prepare(home)
  expect((await stat(postgres)).mode & 0o111).toBe(0o111)
  expect(await readlink(join(home, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18')
})
