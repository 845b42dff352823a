import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { familyNames, generate } from '../etl/generate/generate.ts'
import { openProgress } from '../etl/progress.ts'
import { lastImports } from '../etl/queries.ts'
import type { Sql } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { importAll } from './import.ts'

/** Old front ends have these written into them; a reduced catalogue keeps them answering. */
const wellKnown = [19_091, 37_315, 40_344, 71_697]

/** What can be generated and imported: `review` of the one is the plural in the other, whose root is reviews.csv. */
const families = familyNames.filter((family) =>
  services.some(({ imports }) => imports && family === imports.files[0]!.name.replace(/s$/, '')),
)

export type DemoOptions = { sql: Sql; databaseUrl: string; products: number; folder: string; signal: AbortSignal }

/** A small catalogue for a database into which nothing was ever imported. */
export const loadDemo = async ({ sql, databaseUrl, products, folder, signal }: DemoOptions): Promise<void> => {
  const imports = await sql.unsafe(lastImports)
  if (products === 0 || imports.length > 0) return
  console.error(`Loading a demo catalogue of ${products.toLocaleString('en')} products …`)
  try {
    await generate({ out: folder, products, seed: 1, clean: false, families, also: wellKnown.filter((id) => id > products) })
    await importAll({ databaseUrl, from: folder, rejectsFolder: join(folder, 'rejects'), progress: openProgress(() => {}, false), signal })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
