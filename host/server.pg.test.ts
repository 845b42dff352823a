import { expect, test } from 'bun:test'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changesChannel } from '../kit/changes.ts'
import { parseDatabaseUrl } from '../kit/db.ts'
import { silentLog } from '../kit/log.ts'
import { metricsText } from '../kit/metrics.ts'
import { services } from '../services/index.ts'
import { openServer } from './server.ts'
import { figure } from './testing-figures.ts'
import { openTestHost, until } from './testing.ts'

const files = { product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,d,Jackets,140\n' }

test('a server that starts before its database serves, and hears of changes, once it is there', async () => {
  await using shop = await openTestHost({ files })
  const folder = await mkdtemp(join(tmpdir(), 'atelier-reads-test-'))
  const { host, port, user } = parseDatabaseUrl(shop.databaseUrl)
  const { pathname } = new URL(shop.databaseUrl)
  const databaseUrl = `postgres://${pathname}?host=${join(folder, 'db')}&port=${port}&user=${user}`
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  try {
    await using early = await openServer({ config, services, migrated: services, log: silentLog() })
    const ask = async () => (await fetch(`http://127.0.0.1:${early.port}/products/1`)).status
    expect(await ask()).toBe(503)
    await symlink(host, join(folder, 'db'))
    await until(async () => (await ask()) === 200)

    const drops = () => figure(metricsText(early.snapshot()), 'atelier_memory_drops_total')
    await until(() => drops() > 0)
    const before = drops()
    await shop.sql.notify(changesChannel, 'products')
    await until(() => drops() > before)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
