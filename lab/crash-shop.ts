import type { Sql } from '../kit/db.ts'
import { characteristics, things } from './crash-queries.ts'

/** Something that can be voted on and reported. `voters` have each been counted once in `helpfulness`. */
export type Thing = {
  readonly name: 'review' | 'question' | 'answer'
  readonly id: number
  readonly product: number
  readonly helpfulness: number
  readonly reported: boolean
  readonly voters: number
}

/** What a shop held before anybody wrote to it. */
export type Shop = {
  readonly products: number
  readonly things: readonly Thing[]
  readonly questions: readonly Thing[]
  /** Ids by product. */
  readonly characteristics: readonly (readonly [product: number, ids: readonly number[]])[]
}

export const readShop = async (sql: Sql, products: number): Promise<Shop> => {
  const all = await sql.unsafe<Thing[]>(things)
  const rated = await sql.unsafe<{ product: number; ids: number[] }[]>(characteristics)
  if (all.length === 0 || rated.length === 0) throw new Error('The shop has nothing to vote on.')
  return {
    products,
    things: all,
    questions: all.filter(({ name }) => name === 'question'),
    characteristics: rated.map(({ product, ids }) => [product, ids]),
  }
}

export const keyOf = ({ name, id }: Pick<Thing, 'name' | 'id'>) => `${name} ${id}`
export const pathOf = ({ name, id }: Pick<Thing, 'name' | 'id'>) => (name === 'review' ? `/reviews/${id}` : `/qa/${name}s/${id}`)
