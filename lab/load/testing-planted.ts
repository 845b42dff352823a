import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { cloneTestDatabase } from '../../host/testing-cluster.ts'
import { parseDatabaseUrl } from '../../kit/db.ts'
import { requestTemplate } from '../request.ts'
import { openDatabaseMeter } from './database-meter.ts'
import type { DriveOptions } from './driving.ts'
import type { LoadOptions } from './run.ts'
import { openScrapes } from './scrape.ts'
import { testDrive, testPart } from './testing.ts'
import { openTiers } from './tiers.ts'

/** A server of its own process on a database of the test's, `farMs` away from it. */
export type Planted = AsyncDisposable & {
  readonly pid: number
  run(path: string, drive: Partial<DriveOptions>): LoadOptions
}

export const openPlanted = async ({ farMs }: { farMs?: number } = {}): Promise<Planted> => {
  await using opened = new AsyncDisposableStack()
  const url = await cloneTestDatabase([])
  const at = parseDatabaseUrl(url)
  const proxy = farMs === undefined ? undefined : opened.use(await openFarSocket(join(at.host, `.s.PGSQL.${at.port}`), farMs))
  const served = proxy ? `postgres://${at.user}@127.0.0.1:${proxy.port}/${at.database}` : url
  const server = Bun.spawn([process.execPath, join(import.meta.dir, 'testing-planted-server.ts'), served], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  opened.defer(async () => {
    server.kill('SIGKILL')
    await server.exited
  })
  const { value } = await server.stdout.getReader().read()
  const port = Number(new TextDecoder().decode(value))
  const meter = opened.use(openDatabaseMeter(at, undefined))
  const kept = opened.move()
  return {
    pid: server.pid,
    run: (path, drive) => ({
      scenario: path,
      drive: testDrive(port, {
        mix: [{ ...testPart, name: path, request: requestTemplate({ method: 'GET', columns: 1, path: (key) => `/${path}/${key}` }) }],
        connections: 128,
        warmupSeconds: 1,
        ...drive,
      }),
      tiers: openTiers(port, at),
      scrape: openScrapes('127.0.0.1', port),
      database: meter,
      calibration: false,
    }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** A port whose bytes arrive at the socket, and those of the socket here, so much later. */
const openFarSocket = async (path: string, farMs: number) => {
  const sockets = new Set<Socket>()
  const later = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (bytes) => void setTimeout(() => to.writable && to.write(bytes), farMs))
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
  }
  const server = createServer((client) => {
    const database = connect(path)
    later(client, database)
    later(database, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
