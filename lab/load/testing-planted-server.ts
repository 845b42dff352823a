import { openServer } from '../../host/server.ts'
import { get, idField } from '../../kit/endpoint.ts'
import { silentLog } from '../../kit/log.ts'
import type { Service } from '../../kit/service.ts'

/** The house with one service whose reads are as quick or as slow as a test wants them. `bun testing-planted-server.ts DATABASE_URL` */
const one = 'select n, \'{"a":1}\'::text from unnest($1::bigint[]) with ordinality as k (id, n)'
const planted: Service = {
  name: 'planted',
  schema: new URL('file:///dev/null'),
  routes({ reads }) {
    const read = (name: string, statement: string, rows: number) => {
      const ask = reads.open<number>({ name, statement, columns: [(key) => key], id: (key) => key, rows: () => rows })
      return get(`/${name}/:id`, { summary: name, tag: 'planted', params: { id: idField('id') } }, ({ id }) => ask(id))
    }
    return [
      read('quick', one, 1),
      read('slow', `with slept as materialized (select pg_sleep(0.03)) ${one.replace(' from', ' from slept,')}`, 1),
      // So many rows that no two keys go together: each waits for the one connection there is for long reads.
      read('lonely', one, 600),
    ]
  },
}
const [databaseUrl = ''] = process.argv.slice(2)
const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl, memoryBytesMax: 0, version: 'test' }
const { port } = await openServer({ config, services: [planted], migrated: [], log: silentLog() })
console.log(port)
