import { expect, test } from 'bun:test'
import { openLimit } from './limit-server.ts'
import { findTiers, openTierMeter, openTiers } from './tiers.ts'

test('the process that listens on a port is found', async () => {
  await using server = await openLimit(1_500, 1)
  expect(findTiers(server.port)).toEqual({ server: server.pids })
  expect(openTiers(server.port)()).toEqual({ server: server.pids })
})

test('where nothing listens there is no tier', () => {
  expect(findTiers(1)).toEqual({})
  expect(findTiers(1, { host: '/nowhere', port: 5432 })).toEqual({})
  expect(findTiers(1, { host: 'db.example', port: 5432 })).toEqual({})
})

test('a tier is charged for what its processes used since, also for those that came later and those that went', () => {
  let tiers: Record<string, number[]> = { server: [process.pid] }
  const read = openTierMeter(() => tiers)
  expect(read()['server']).toBeLessThan(1_000_000)
  for (const before = process.cpuUsage().user; process.cpuUsage().user < before + 100_000;);
  const used = read()['server']!
  expect(used).toBeGreaterThanOrEqual(50_000)
  tiers = { server: [], database: [process.ppid] }
  expect(read()['server']).toBe(used)
})
