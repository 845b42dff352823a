import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { familyNames, generate, type Family } from '../etl/generate/generate.ts'
import { openProgress } from '../etl/progress.ts'
import { lastImports } from '../etl/queries.ts'
import type { Sql } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { integerFlag, type Flag, type FlagValues } from './command.ts'
import { importAll } from './import.ts'

/** Old front ends have these written into them; a reduced catalogue keeps them answering. */
const wellKnown = [19_091, 37_315, 40_344, 71_697]

const restaurantsFlag: Flag<number | undefined> = {
  value: 'N',
  help: 'restaurants of the demo; 0: none (default 200, and none without products)',
  default: undefined,
  parse: integerFlag(0, 10_000),
}

/** What can be generated and imported: a family `review` of the one is the service `reviews` of the other. */
const importable = familyNames.filter((family) => services.some(({ name, imports }) => imports && name === `${family}s`))
const isOfRestaurants = (family: Family) => family === 'restaurant' || family === 'reservation'

export const demoFlags = {
  products: { value: 'N', help: 'size of the demo catalogue; 0: none', default: 2_000, parse: integerFlag(0, 1_000_011) },
  restaurants: restaurantsFlag,
}

/** Who wants no products wants no demo, unless restaurants are asked for. */
export const demoOf = ({ products, restaurants = products > 0 ? 200 : 0 }: FlagValues<typeof demoFlags>) => ({ products, restaurants })

export type DemoOptions = {
  sql: Sql
  databaseUrl: string
  /** Zero for none of it. */
  products: number
  restaurants: number
  folder: string
  signal: AbortSignal
}

/** A small catalogue, and a few restaurants whose tables are booked from today on, for a database into which nothing was ever imported. */
export const loadDemo = async ({ sql, databaseUrl, products, restaurants, folder, signal }: DemoOptions): Promise<void> => {
  const imports = await sql.unsafe(lastImports)
  const families = importable.filter((family) => (isOfRestaurants(family) ? restaurants : products) > 0)
  if (families.length === 0 || imports.length > 0) return
  const things = [
    products > 0 && `${products.toLocaleString('en')} products`,
    restaurants > 0 && `${restaurants.toLocaleString('en')} restaurants`,
  ]
  console.error(`Loading a demo catalogue of ${things.filter(Boolean).join(' and ')} …`)
  try {
    const from = new Date().toISOString().slice(0, 10)
    const also = wellKnown.filter((id) => id > products)
    await generate({ out: folder, products: Math.max(1, products), restaurants, from, seed: 1, clean: false, families, also })
    await importAll({ databaseUrl, from: folder, rejectsFolder: join(folder, 'rejects'), progress: openProgress(() => {}, false), signal })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
