import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLimit } from '../lab/load/limit-server.ts'
import { byId, readPage, textOf } from '../lab/report/testing-page.ts'
import { ran } from './testing.ts'

setDefaultTimeout(60_000)

test('--report writes a page, whether the run is refused or not', async () => {
  await using server = await openLimit(1_500, 1)
  const folder = await mkdtemp(join(tmpdir(), 'atelier-load-report-test-'))
  try {
    const file = join(folder, 'load.html')
    const few = ['--rate', '200', '--seconds', '1', '--warmup', '0', '--no-calibrate', '--data', folder]
    const { code } = await ran(['load', 'shop', '--url', `http://127.0.0.1:${server.port}`, ...few, '--report', file])
    const page = readPage(await Bun.file(file).text())
    expect(textOf(byId(page, 'manifest')!)).toContain(`--report ${file}`)
    if (code === 3) expect(textOf(page)).toContain('Refused: there is no figure')
    else expect([code, byId(page, 'percentiles') !== undefined, byId(page, 'rate') !== undefined]).toEqual([0, true, true])
  } finally {
    await rm(folder, { recursive: true })
  }
})
