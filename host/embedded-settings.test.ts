import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { totalmem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { settings } from './embedded-settings.ts'
import { memoryBytes } from './machine.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

let root = ''
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'atelier-machine-test-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

const value = (name: string, memory: number, disk = 1024 * GiB, durable = true): string | undefined =>
  new RegExp(`^${name} = '(.*)'$`, 'm').exec(settings({ memoryBytes: memory, diskBytes: disk, durable }))?.[1]

test('a quarter of a small memory is the cache and three eighths of a large one, from 64 MiB to 32 GiB', () => {
  expect(value('shared_buffers', 128 * MiB)).toBe('65536kB')
  expect(value('shared_buffers', GiB)).toBe('262144kB')
  expect(value('shared_buffers', 24 * GiB)).toBe('9437184kB')
  expect(value('shared_buffers', 256 * GiB)).toBe('33554432kB')
})

test('the write-ahead log fits the memory and the disk', () => {
  expect(value('max_wal_size', GiB)).toBe('1048576kB')
  expect(value('max_wal_size', 64 * GiB)).toBe('8388608kB')
  expect(value('max_wal_size', 64 * GiB, 4 * GiB)).toBe('524288kB')
})

test('only what need not last is written carelessly', () => {
  expect(value('fsync', GiB)).toBeUndefined()
  expect(value('fsync', GiB, GiB, false)).toBe('off')
  expect(value('shared_buffers', 64 * GiB, GiB, false)).toBe('131072kB')
})

test.each([
  ['version 2', '0::/shop/web\n', { 'shop/web/memory.max': 'max\n', 'shop/memory.max': `${512 * MiB}\n`, 'memory.max': 'max\n' }],
  ['version 1', '4:cpu,memory:/shop\n0::/\n', { 'memory/shop/memory.limit_in_bytes': `${512 * MiB}\n` }],
  [
    'version 1, in a container that shows the path of its host',
    '4:memory:/docker/1234\n',
    { 'memory/memory.limit_in_bytes': `${512 * MiB}\n` },
  ],
])('the limit of a control group counts (%s)', async (_, membership, limits) => {
  await put('proc/self/cgroup', membership)
  for (const [path, limit] of Object.entries(limits)) await put(join('sys/fs/cgroup', path), limit)
  expect(memoryBytes(root)).toBe(512 * MiB)
})

test("without a limit, or with one beyond it, the machine's memory counts", async () => {
  expect(memoryBytes(root)).toBe(totalmem())
  await put('proc/self/cgroup', '4:memory:/\n')
  await put('sys/fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712\n')
  expect(memoryBytes(root)).toBe(totalmem())
})

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
