import type { Sql } from '../kit/db.ts'

export type Transaction = Pick<Sql, 'unsafe'>

/**
 * A transaction on a connection of its own. One that fails is not rolled back but left to the end of its connection: whoever calls
 * this gives up then. (`sql.begin` would, on a connection that was cut, throw where nobody can catch.)
 */
export const inTransaction = async <T>(sql: Sql, run: (transaction: Transaction) => Promise<T>): Promise<T> => {
  const own = await sql.reserve()
  await own.unsafe('begin')
  const result = await run(own)
  await own.unsafe('commit')
  own.release()
  return result
}
