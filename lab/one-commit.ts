import { openSql, parseDatabaseUrl } from '../kit/db.ts'

/**
 * What writes cost without batches: a plain server that runs a write's own statement for one item, a commit for each request.
 * It validates nothing, tells nobody, and tries nothing twice. `bun lab/one-commit.ts '{"port":…}'` says when it is ready.
 */
export type OneCommitOptions = {
  port: number
  databaseUrl: string
  connections: number
  statement: string
  /** The name of the id in the path; without it the path has none. */
  pathId?: string
  status: number
}

const { port, databaseUrl, connections, statement, pathId, status } = JSON.parse(process.argv[2]!) as OneCommitOptions
// The settings of the house's own sessions that write: kit/writes.ts.
const settings = { synchronous_commit: 'on', plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' }
const sql = openSql(parseDatabaseUrl(databaseUrl), { connections, settings })

Bun.serve({
  port,
  hostname: '127.0.0.1',
  reusePort: true,
  async fetch(request) {
    const item: Record<string, unknown> = request.method === 'POST' ? ((await request.json()) as Record<string, unknown>) : {}
    if (pathId) item[pathId] = Number(/\/(\d+)(?:\/|$)/.exec(request.url)?.[1])
    item['created_at'] = new Date().toISOString()
    item['n'] = 0
    try {
      const taken = await sql.unsafe(statement, [JSON.stringify([item])], { prepare: true })
      return new Response(status === 201 ? 'Created' : null, { status: taken.length === 1 ? status : 404 })
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      return new Response(null, { status: 500 })
    }
  },
})
console.log('ready')
