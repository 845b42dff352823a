import { expect } from 'bun:test'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost, type TestHost } from '../host/testing.ts'
import { parseDatabaseUrl } from '../kit/db.ts'
import { productImport } from '../services/products/import.ts'
import type { Product, ProductWithFeatures, Styles } from '../services/products/types.ts'
import { recordText } from './csv-record.ts'
import { readCsv } from './csv.ts'
import { importFamilies } from './import-families.ts'
import type { FileSummary } from './import.ts'

/** The header lines of real files. */
export const headers = {
  product: 'id,name,slogan,description,category,default_price',
  styles: 'id,productId,name,sale_price,original_price,default_style',
  skus: 'id,styleId,size,quantity',
  photos: 'id,styleId,url,thumbnail_url',
  features: 'id,product_id,feature,value',
  related: 'id,current_product_id,related_product_id',
}
export type FileName = keyof typeof headers

/** Lines get their usual header; a text or bytes are a whole file. */
export type Files = Partial<Record<FileName, readonly string[] | string | Uint8Array>>

/** A refused record as the reject file has it. */
export type Reject = { line: number; reason: string; record: string }
type Counts = [read: number, loaded: number, rejected: number, dropped: number]
export type Imported = { counts: Partial<Record<FileName, Counts>>; absent: string[]; rejects: Partial<Record<FileName, Reject[]>> }

/** A product's line with nothing wrong in it. */
export const product = (id: number | string, name = `Product ${id}`) => `${id},"${name}","Slogan","Text","Jackets",140`
export const style = (id: number | string, productId: number | string) => `${id},${productId},"Style ${id}",null,140,1`

export const fileText = (name: FileName, content: readonly string[] | string | Uint8Array) =>
  typeof content === 'string' || content instanceof Uint8Array ? content : `${[headers[name], ...content].join('\n')}\n`

/** A shop without answers in memory, its files and its reject files: what an import did is seen through its door at once. */
export const openImportShop = async () => {
  await using opened = new AsyncDisposableStack()
  const host = opened.use(await openTestHost({ memoryBytesMax: 0 }))
  const folder = await mkdtemp(join(tmpdir(), 'atelier-import-test-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const rejectsFolder = join(folder, 'rejects')

  const put = async (files: Files) => {
    for (const name of productImport.files.map((file) => file.name as FileName)) {
      const content = files[name]
      if (content === undefined) await rm(join(folder, `${name}.csv`), { force: true })
      else await writeFile(join(folder, `${name}.csv`), fileText(name, content))
    }
  }
  const load = async (files: Files): Promise<Imported> => {
    await put(files)
    return imported(await importFamilies([products], optionsFor(host, folder, rejectsFolder)), rejectsFolder)
  }
  const json = async <T>(path: string): Promise<T> => {
    const answer = await host.get(path)
    expect(`${path} ${answer.status}`).toBe(`${path} 200`)
    return (await answer.json()) as T
  }

  const kept = opened.move()
  return {
    host,
    /** Replaces the files in the folder that `load` imports. */
    put,
    load,
    folder,
    rejectsFolder,
    rejectBytes: (name: FileName) => Bun.file(join(rejectsFolder, `${name}.csv`)).bytes(),
    all: () => json<Product[]>('/products?count=5000'),
    product: (id: number) => json<ProductWithFeatures>(`/products/${id}`),
    styles: async (id: number) => (await json<Styles>(`/products/${id}/styles`)).results,
    related: (id: number) => json<number[]>(`/products/${id}/related`),
    status: async (path: string) => (await host.get(path)).status,
    /** The schemas an import works in, when it has left them behind. */
    leftovers: async () =>
      (await host.sql.unsafe(`select nspname from pg_namespace where nspname in ('products_stage', 'products_next')`)).length,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
export type ImportShop = Awaited<ReturnType<typeof openImportShop>>

const products = { name: 'products', imports: productImport }
const optionsFor = ({ databaseUrl }: TestHost, from: string, rejectsFolder: string) => ({
  database: parseDatabaseUrl(databaseUrl),
  from,
  rejectsFolder,
  atOnceMax: 2,
  progress: { note: () => {}, start: () => ({ at: () => {}, done: () => {} }) },
  signal: new AbortController().signal,
})

/** What holds after every import is seen to here: each record read went one way, and each rejected one stands in its file. */
const imported = async (summary: readonly FileSummary[], rejectsFolder: string): Promise<Imported> => {
  const result: Imported = { counts: {}, absent: [], rejects: {} }
  const written = await readdir(rejectsFolder).catch((): string[] => [])
  for (const { file, absent, read, loaded, rejected, dropped } of summary) {
    const name = file.slice(0, -'.csv'.length) as FileName
    const rejects = written.includes(file) ? await readRejects(join(rejectsFolder, file)) : []
    expect({ file, read, written: rejects.length }).toEqual({ file, read: loaded + rejected + dropped, written: rejected })
    expect(dropped).toBeGreaterThanOrEqual(0)
    if (absent) result.absent.push(name)
    else result.counts[name] = [read, loaded, rejected, dropped]
    if (rejects.length > 0) result.rejects[name] = rejects
  }
  return result
}

/** A reject file read by our own reader. A record that was no text stands in it as it was, so its row is none either. */
export const readRejects = async (path: string): Promise<Reject[]> => {
  const rejects: Reject[] = []
  await readCsv(Bun.file(path).stream(), {
    header: (names) => expect(names).toEqual(['line', 'reason', 'record']),
    plausible: () => false,
    record: (row) => void rejects.push({ line: Number(recordText(row, 0)), reason: recordText(row, 1), record: recordText(row, 2) }),
    reject(_, fault, raw) {
      expect(fault).toMatch(/^(contains a NUL byte|is not valid UTF-8)$/)
      const [, line, reason, record] = /^(\d+),"((?:[^"]|"")*)","([^]*)"$/.exec(Buffer.from(raw).toString('latin1'))!
      rejects.push({ line: Number(line), reason: reason!, record: record!.replaceAll('""', '"') })
    },
  })
  return rejects
}

/** `atelier` with these arguments, as a process; `until` waits for words on its standard error, where progress is. */
export const startAtelier = (args: string[], cwd: string) => {
  const main = join(import.meta.dir, '../cli/main.ts')
  const child = Bun.spawn([process.execPath, main, ...args], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  let said = ''
  let heard = Promise.withResolvers<void>()
  const listening = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stderr) {
      said += decoder.decode(chunk, { stream: true })
      heard.resolve()
      heard = Promise.withResolvers()
    }
    heard.resolve()
  })()
  const end = async () => {
    const [out] = await Promise.all([new Response(child.stdout).text(), listening])
    const code = await child.exited
    return { code, signal: child.signalCode, out, told: said.replaceAll(/^ {2}.*\n/gm, '') }
  }
  let ended: ReturnType<typeof end> | undefined
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Its standard error so far. */
    said: () => said,
    async until(words: RegExp) {
      while (!words.test(said)) {
        if (child.exitCode !== null) throw new Error(`atelier ended with ${child.exitCode} before it said ${words}: ${said}`)
        await heard.promise
      }
    },
    /** What it answered, once it has ended; `told` is standard error without the lines of progress, which are indented. */
    ended: () => (ended ??= end()),
  }
}
