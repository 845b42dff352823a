/** A start of a restaurant at which a party of two gets a table: its house, and the moment as a request says it. */
export type Free = { house: number; starts: string }

export type Storm = {
  /** Answers by status. */
  statuses: Record<string, number>
  /** Of the answers 409, those that named no other time. */
  withoutAlternatives: number
  /** The longest that anybody waited, milliseconds. */
  worstMs: number
}

/** What a storm for one table must come to. */
export const isGood = ({ statuses, withoutAlternatives }: Storm, clients: number) =>
  statuses['201'] === 1 && statuses['409'] === clients - 1 && withoutAlternatives === 0

/**
 * At each start every table but the last is booked, then `clients` ask for that one in the same moment, each on a connection of its
 * own. What is booked stays. Throws when a start had no table.
 */
export const storm = async (port: number, { house, starts }: Free, clients: number): Promise<Storm> => {
  const path = `http://127.0.0.1:${port}/restaurants/${house}/reservations`
  const body = JSON.stringify({ starts_at: starts, party: 2, name: 'Ada', email: 'ada@post.example' })
  const ask = () => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

  let last: string | undefined
  for (let tables = 0; tables < tablesMax; tables++) {
    const answer = await ask()
    await answer.text()
    if (answer.status !== 201) break
    last = answer.headers.get('location') ?? undefined
  }
  if (last === undefined) throw new Error(`Restaurant ${house} has no table at ${starts}.`)
  await fetch(`http://127.0.0.1:${port}${last}`, { method: 'DELETE' })

  const statuses: Record<string, number> = {}
  let [withoutAlternatives, worstMs] = [0, 0]
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const sentMs = performance.now()
      const answer = await ask()
      const said = (await answer.json()) as { alternatives?: unknown[] }
      worstMs = Math.max(worstMs, performance.now() - sentMs)
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
      if (answer.status === 409 && !said.alternatives?.length) withoutAlternatives++
    }),
  )
  return { statuses, withoutAlternatives, worstMs }
}

/** More than any restaurant of ours has. */
const tablesMax = 1_000
