import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Progress, writeCsvFile, type Written } from './csv-file.ts'
import { productFamily } from './product-family.ts'
import { planProducts } from './product-plan.ts'
import { BELOW_MAX } from './random.ts'

export type GenerateOptions = {
  /** A folder, made if absent. Files of the same names in it are replaced. */
  out: string
  /** At least 1. Fewer than eleven are the first so many hand-made ones. */
  products: number
  /** A uint32: the same seed gives the same bytes on every machine. */
  seed: number
  /** Leaves the quirks out (see quirks.ts). */
  clean: boolean
  /** Ids beyond `products` that should answer all the same; they come on top of the proportional numbers of rows. */
  also?: number[]
  /** Called about every 50,000 rows and at the end of each file. */
  progress?: Progress
}

export const PRODUCTS_MAX = BELOW_MAX
const ALSO_ID_MAX = 999_999_999
const ALSO_MAX = 1_000

/** Writes a shop's CSV files, as many rows and as untidy as the real ones. Later families join the list of files here. */
export const generate = async (options: GenerateOptions): Promise<Written[]> => {
  check(options)
  const files = productFamily(planProducts(options))
  await mkdir(options.out, { recursive: true })
  // An older set goes first: a run that is cut short must not leave its files among those of another seed.
  for (const { name } of files) await rm(join(options.out, name), { force: true })

  const written: Written[] = []
  for (const file of files) written.push(await writeCsvFile(options.out, file, options.progress))
  return written
}

const check = ({ products, seed, also = [] }: GenerateOptions) => {
  if (!isWhole(products, 1, PRODUCTS_MAX)) throw new RangeError(`products must be 1 to ${PRODUCTS_MAX}`)
  if (!isWhole(seed, 0, 2 ** 32 - 1)) throw new RangeError('seed must be 0 to 4294967295')
  if (also.length > ALSO_MAX) throw new RangeError(`also must be at most ${ALSO_MAX} ids`)
  if (!also.every((id) => isWhole(id, products + 1, ALSO_ID_MAX))) throw new RangeError(`also must be ids beyond ${products}`)
}

const isWhole = (number: number, from: number, to: number) => Number.isInteger(number) && number >= from && number <= to
