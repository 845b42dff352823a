import { createServer, connect, type Socket } from 'node:net'
import { parseDatabaseUrl, type Database } from './db.ts'
import { openWire, type Statement, type Wire } from './wire.ts'

/** A statement that takes one `bigint[]` per name and answers (n, `body`) for each of its places. */
export const statementOf = (name: string, body: string, { columns = 1, where = 'true' } = {}): Statement => {
  const names = ['a', 'b', 'c'].slice(0, columns)
  const arrays = names.map((_, i) => `$${i + 1}::bigint[]`).join(', ')
  return { name, columns, text: `select n, ${body} from unnest(${arrays}) with ordinality as k(${names.join(', ')}, n) where ${where}` }
}

/** The answer by place. Bodies are read after the last has come, so that one written over meanwhile would be seen. */
export const ask = (wire: Wire, statement: Statement, ...columns: number[][]): Promise<Map<number, string | undefined>> =>
  new Promise((resolve, reject) => {
    const bodies = new Map<number, Uint8Array | undefined>()
    wire.run(
      statement,
      columns,
      columns[0]!.length,
      (n, body) => void bodies.set(n, body),
      (error) => {
        if (error) return reject(error)
        resolve(new Map([...bodies].map(([n, body]) => [n, body && Buffer.from(body).toString()])))
      },
    )
  })

export type OpenWire = Disposable & { readonly wire: Wire; /** How often it was said that the connection ended. */ readonly closes: number }

export const open = async (database: Database): Promise<OpenWire> => {
  let closes = 0
  const wire = await openWire(database, () => closes++)
  return {
    wire,
    get closes() {
      return closes
    },
    [Symbol.dispose]: () => wire.close(),
  }
}

export type FakeServer = AsyncDisposable & { readonly database: Database }

/** Something that listens on a TCP port and behaves as `meet` says. */
export const openFakeServer = async (meet: (client: Socket) => void, sslmode = 'disable'): Promise<FakeServer> => {
  const clients = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client)
    client.on('error', () => {})
    client.on('close', () => clients.delete(client))
    meet(client)
  })
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await listening
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    database: parseDatabaseUrl(`postgres://somebody:secret@127.0.0.1:${port}/any?sslmode=${sslmode}`),
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      for (const client of clients) client.destroy()
      await closed
    },
  }
}

/** Stands before `database` and hands its words on in pieces of the sizes `next` gives. */
export const openChopper = async (database: Database, next: () => number): Promise<FakeServer> => {
  const chopper = await openFakeServer((client) => {
    const server = connect(`${database.host}/.s.PGSQL.${database.port}`)
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
    client.pipe(server)
    server.on('data', async (chunk: Buffer) => {
      server.pause()
      for (let at = 0; at < chunk.length && !client.destroyed;) {
        const size = next()
        client.write(chunk.subarray(at, at + size))
        at += size
        await Bun.sleep(0)
      }
      server.resume()
    })
  })
  const { host, port } = chopper.database
  return { database: { ...database, host, port }, [Symbol.asyncDispose]: () => chopper[Symbol.asyncDispose]() }
}
