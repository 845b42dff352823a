import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate, type GenerateOptions } from './generate.ts'

/** A generated set in a folder of its own, which goes when the set does. Files are named without their `.csv`. */
export const openSet = async <File extends string>(files: readonly File[], options: Partial<GenerateOptions>) => {
  const out = await mkdtemp(join(tmpdir(), 'atelier-generate-'))
  const remove = () => rm(out, { recursive: true })
  const written = await generate({ out, products: 11, seed: 1, clean: false, ...options }).catch(async (error) => {
    await remove()
    throw error
  })
  const bytes = (file: File) => readFile(join(out, `${file}.csv`))
  const text = async (file: File) => (await bytes(file)).toString('utf8')
  const hash = async (file: File) =>
    createHash('sha256')
      .update(await bytes(file))
      .digest('hex')
  const parsed = new Map<File, string[][]>()
  return {
    out,
    written: written.map(({ file }) => file),
    rows: Object.fromEntries(written.map(({ file, rows }) => [file.replace('.csv', ''), rows])) as Record<File, number>,
    text,
    hash,
    hashes: async () => Object.fromEntries(await Promise.all(files.map(async (file) => [file, await hash(file)] as const))),
    /** The records below the header, unquoted. One record is one line in all these files. */
    records: async (file: File) => {
      const records =
        parsed.get(file) ??
        lines(await text(file))
          .slice(1)
          .map(fields)
      parsed.set(file, records)
      return records
    },
    /** Their ids and parents only: many times as fast. */
    idsAndParents: async (file: File) =>
      lines(await text(file))
        .slice(1)
        .map((line) => line.split(',', 2)),
    [Symbol.asyncDispose]: remove,
  }
}

export const lines = (text: string) => text.replace(/\r?\n$/, '').split(/\r?\n/)

const fields = (line: string) =>
  line.includes('"')
    ? Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!)
    : line.split(',')

export const unbalanced = (text: string) => lines(text).filter((line) => line.replaceAll(/[^"]/g, '').length % 2 === 1)

/** Owners that are beyond the highest. */
export const beyond = (records: string[][], highest: number) => records.filter(([, owner]) => Number(owner) > highest)

/** How many records each owner has. */
export const perOwner = (records: string[][]) => {
  const counts = new Map<number, number>()
  for (const [, owner] of records) counts.set(Number(owner), (counts.get(Number(owner)) ?? 0) + 1)
  return counts
}
