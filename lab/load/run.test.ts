import { expect, setDefaultTimeout, test } from 'bun:test'
import { runDriver } from './driver-process.ts'
import type { Loopback } from './driving.ts'
import type { LoadSecond } from './result.ts'
import { runLoad } from './run.ts'
import { openLimit } from './limit-server.ts'
import { testDrive, testPart } from './testing.ts'
import { openTiers } from './tiers.ts'

setDefaultTimeout(60_000)

test('everything offered is accounted for, and the seconds add up to it', async () => {
  await using server = await openLimit(700, 1)
  const heard: LoadSecond[] = []
  const { figures } = await runLoad({
    scenario: 'test',
    drive: testDrive(server.port, { mix: [testPart, { ...testPart, name: 'twice', weight: 2 }] }),
    tiers: openTiers(server.port),
    calibration: false,
    check: async (samples) => ({ compared: samples.length, different: samples.filter(({ body }) => body !== 'a'.repeat(700)) }),
    live: (second) => heard.push(second),
  })
  const { offered, sent, answered, errors, latency, parts, series, tiers, checked, bodyBytes } = figures!
  expect({ offered, sent, answered, errors, count: latency.count, bodyBytes }).toEqual({
    offered: 400,
    sent: 400,
    answered: 400,
    errors: {},
    count: 400,
    bodyBytes: 280_000,
  })
  expect(parts.reduce((sum, part) => sum + part.offered, 0)).toBe(400)
  expect(parts[1]!.offered).toBeGreaterThan(parts[0]!.offered)
  expect(series).toEqual(heard)
  expect(series.reduce((sum, second) => sum + second.answered, 0)).toBe(480)
  expect(Object.keys(tiers)).toEqual(['generator', 'server'])
  expect(checked!.compared).toBeGreaterThanOrEqual(4)
  expect(checked!.different).toEqual([])
})

test('a server that stands still for a second is charged for everybody who came meanwhile', async () => {
  await using server = await openLimit(1_500, 1)
  let frozen = false
  const { figures } = await runLoad({
    scenario: 'test',
    drive: testDrive(server.port, { phases: [{ rate: 400, seconds: 3 }] }),
    calibration: false,
    live({ second }) {
      if (second < 0 || frozen) return
      frozen = true
      process.kill(server.pids[0]!, 'SIGSTOP')
      setTimeout(() => process.kill(server.pids[0]!, 'SIGCONT'), 1_000)
    },
  })
  const { latency, answered, offered } = figures!
  expect(answered).toBe(offered)
  expect(latency.p999).toBeGreaterThan(700)
  expect(latency.p999).toBeLessThan(5_500)
  // A third of all came while it stood still, half of them waited half a second: a closed loop would have seen 8 such answers.
  expect(latency.p90).toBeGreaterThan(300)
})

test('a rate that the generator cannot prove it reaches is refused before anything is measured', async () => {
  await using server = await openLimit(1_500, 1)
  const seconds: LoadSecond[] = []
  const { refusals, figures, calibration } = await runLoad({
    scenario: 'test',
    drive: testDrive(server.port, { phases: [{ rate: 400_000, seconds: 1 }], waitingMax: 1_000 }),
    live: (second) => seconds.push(second),
  })
  expect(refusals).toHaveLength(1)
  expect(refusals[0]).toMatch(/^The generator reaches [\d,]+ requests\/s here .*800,000, twice what is to be offered/)
  expect([figures, seconds]).toEqual([undefined, []])
  expect(calibration).toMatchObject({ demandedPerSecond: 800_000, bodyBytes: 1_500 })
})

test('a run whose few connections are the limit of a quick server is refused', async () => {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: async () => (await Bun.sleep(2), new Response('{}')) })
  const few = { connections: 2, phases: [{ rate: 2_000, seconds: 1 }] }
  const { refusals, verdict } = await runLoad({ scenario: 'test', drive: testDrive(server.port!, few), calibration: false })
  await server.stop(true)
  // On a machine that others keep busy the server may not be quick, and then it is not refused, rightly.
  if (refusals.length === 0) return expect(verdict!.limit).not.toBe('generator')
  // It may be late as well, and that is said first.
  expect(refusals[0]).toMatch(/^The generator was (?:late: |the limit: its 2 connections were all in use while the server was quick; )/)
  expect(verdict).toMatchObject({ limit: 'generator', findings: [] })
})

test('failures are told apart by kind, and none is an answer', async () => {
  let asked = 0
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket) {
        const answers = [
          'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
          'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n',
          'SSH-2.0\r\n\r\n',
          '',
          undefined,
        ]
        const answer = answers[asked++ % answers.length]
        if (answer === '') socket.terminate()
        else if (answer) socket.write(answer)
      },
    },
  })
  const result = await runDriver(
    testDrive(server.port, { phases: [{ rate: 100, seconds: 1 }], warmupSeconds: 0, connections: 64, timeoutMs: 4_000 }),
  )
  server.stop(true)
  expect(result.errors).toEqual({ 'status 503': 20, 'not understood': 20, 'connection closed': 20, 'timed out': 20 })
  expect([result.offered, result.answered, result.refused.count]).toEqual([100, 20, 20])
})

test('what too many wait for already is not sent', async () => {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const few = { connections: 2, waitingMax: 5, warmupSeconds: 0, timeoutMs: 2_000 }
  const result = await runDriver(testDrive(server.port, { ...few, phases: [{ rate: 100, seconds: 0.5 }] }))
  server.stop(true)
  expect([result.offered, result.errors]).toEqual([50, { 'not sent': 43, 'timed out': 7 }])
})

test('answers in pieces, and connections that close after each, are answers', async () => {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      async data(socket) {
        for (const piece of ['HTTP/1.1 200 O', 'K\r\ncontent-len', 'gth: 9\r\nConnection: close\r\n\r', '\n1234', '56789']) {
          socket.write(piece)
          await Bun.sleep(2)
        }
      },
    },
  })
  const result = await runDriver(testDrive(server.port, { phases: [{ rate: 50, seconds: 1 }], connections: 16, warmupSeconds: 0 }))
  server.stop(true)
  expect([result.answered, result.errors, result.samples[0]?.body]).toEqual([50, {}, '123456789'])
  expect(result.connections.opened).toBeGreaterThanOrEqual(50)
})

test('load goes to this machine only, and to where somebody listens', () => {
  expect(runDriver({ ...testDrive(1), host: 'example.com' as Loopback })).rejects.toThrow(
    'Load goes to this machine only, not to example.com.',
  )
  expect(runDriver(testDrive(1))).rejects.toThrow('Nothing listens at 127.0.0.1:1.')
})

test('a run that is interrupted ends at once, and its driver with it', async () => {
  await using server = await openLimit(1_500, 1)
  const startedMs = performance.now()
  const controller = new AbortController()
  const live = () => controller.abort(new Error('Interrupted.'))
  const run = runLoad({
    scenario: 'test',
    drive: testDrive(server.port, { phases: [{ rate: 10, seconds: 600 }] }),
    calibration: false,
    live,
    signal: controller.signal,
  })
  expect(run).rejects.toThrow('Interrupted.')
  await run.catch(() => {})
  expect(performance.now() - startedMs).toBeLessThan(30_000)
})
