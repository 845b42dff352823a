import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { openResumeShop, skipped, type ResumeShop } from './import-resume-fixture.ts'

setDefaultTimeout(300_000)

let shop: ResumeShop
let whole: Record<string, string>
let wholeMs = 0
beforeAll(async () => {
  shop = await openResumeShop()
  const begunMs = performance.now()
  await shop.importWhole()
  wholeMs = performance.now() - begunMs
  whole = await shop.state()
})
afterAll(() => shop[Symbol.asyncDispose]())

test('an import leaves nothing behind but what is served', async () => {
  expect(Object.keys(whole).filter((name) => name.startsWith('rejects/')).length).toBeGreaterThan(3)
  expect(await shop.leftovers()).toEqual([])
})

describe('an import that is killed (kill -9)', () => {
  test('at ten points at random ends, run again, as one that is not, and does nothing twice that was done', async () => {
    let kills = 0
    let spared = 0
    let takesMs = wholeMs
    for (let attempt = 0; kills < 10; attempt++) {
      expect(attempt).toBeLessThan(60)
      await shop.empty()
      const run = shop.start()
      // One kill in each tenth of its time, by the clock: what it falls into is chance.
      await Bun.sleep(((kills + Math.random()) / 10) * takesMs)
      run.kill('SIGKILL')
      if ((await run.ended()).signal !== 'SIGKILL') {
        takesMs *= 0.9 // the machine is quicker than it was when that was measured
        continue
      }
      kills++
      const done = await shop.tasksDone()
      const entries = await shop.journal()
      const parts = entries.filter(({ task, service }) => {
        const [kind, file] = task.split(' ')
        return kind === 'part' && !entries.some((one) => one.service === service && one.task === `load ${file}`)
      })
      const said = await shop.importWhole()
      const switched = new Set(entries.filter(({ task }) => task === 'switch').map(({ service }) => service))
      const ofSwitched = entries.filter(({ service, task }) => switched.has(service) && !/^(begin|switch)$|^part /.test(task)).length
      expect({
        skipped: skipped(said),
        goesOn: said.match(/goes on at line/g)?.length ?? 0,
        anew: said.includes('beginning anew'),
      }).toEqual({
        skipped: done - ofSwitched,
        goesOn: parts.length,
        anew: false,
      })
      expect(await shop.state()).toEqual(whole)
      expect(await shop.leftovers()).toEqual([])
      spared += done
    }
    expect(spared).toBeGreaterThan(10)
  })

  test('again and again, however often, ends like one that is not', async () => {
    await shop.empty()
    let done = 0
    let lives = 0
    for (; ; lives++) {
      expect(lives).toBeLessThan(100)
      const run = shop.start()
      // Ever longer, from short: the machine may be many times as quick by now, and none of them need be long enough by itself.
      await Promise.race([run.ended(), Bun.sleep(wholeMs * (0.02 + 0.03 * lives) * (0.75 + 0.5 * Math.random()))])
      run.kill('SIGKILL')
      if ((await run.ended()).signal !== 'SIGKILL') break
      const now = await shop.tasksDone()
      // Killed on its way out: the journal goes when all is done.
      if (now === 0 && done > 0) break
      expect(now).toBeGreaterThanOrEqual(done)
      done = now
    }
    expect(lives).toBeGreaterThan(1)
    expect(await shop.state()).toEqual(whole)
    expect(await shop.leftovers()).toEqual([])
  })
})
