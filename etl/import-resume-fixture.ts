import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../host/testing.ts'
import { services } from '../services/index.ts'
import { generate } from './generate/generate.ts'
import { openImportShop, startAtelier } from './import-fixture.ts'

const importing = services.filter(({ imports }) => imports)

/** A shop, a generated set of all families with the quirks of real files, and imports of it that are cut short. */
export const openResumeShop = async () => {
  await using opened = new AsyncDisposableStack()
  const shop = opened.use(await openImportShop())
  const { sql, databaseUrl } = shop.host
  const set = join(shop.folder, 'set')
  const rejectsFolder = join(shop.folder, 'set-rejects')
  await generate({ out: set, products: 400, seed: 5, clean: false, families: ['product', 'review', 'question'] })

  const startOf = (folder: string) =>
    startAtelier(['import', folder, '--database-url', databaseUrl, '--rejects', rejectsFolder], shop.folder)
  const start = (...flags: string[]) =>
    startAtelier(
      ['import', set, '--database-url', databaseUrl, '--rejects', rejectsFolder, '--chunk-bytes', '20000', ...flags],
      shop.folder,
    )

  /** All that an import decides: a hash of each table's rows, the sequences, what was recorded, and the reject files. */
  const state = async () => {
    const hashes: Record<string, string> = {}
    for (const { name, imports } of importing) {
      for (const { table } of imports!.tables) {
        const [found] = await sql.unsafe<{ hash: string }[]>(
          `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as hash from ${name}.${table} t`,
        )
        hashes[`${name}.${table}`] = found!.hash
      }
      for (const { sequence } of imports!.sequences ?? []) {
        const [found] = await sql.unsafe<{ value: string }[]>(`select last_value::text as value from ${name}.${sequence}`)
        hashes[`${name}.${sequence}`] = found!.value
      }
      const [recorded] = await sql.unsafe<{ files: string }[]>(
        `select files::text as files from etl.import where service = $1 order by import_id desc limit 1`,
        [name],
      )
      hashes[`files of ${name}`] = recorded?.files ?? 'none'
    }
    for (const file of (await readdir(rejectsFolder).catch(() => [])).toSorted())
      hashes[`rejects/${file}`] = createHash('sha256')
        .update(await readFile(join(rejectsFolder, file)))
        .digest('hex')
    return hashes
  }

  /** The journal, when whoever wrote it has ended. */
  const journal = async () => {
    await until(
      async () =>
        (await sql.unsafe(`select from pg_stat_activity where datname = current_database() and application_name = 'atelier import'`))
          .length === 0,
    )
    return sql.unsafe<{ service: string; task: string; bytes: number | null }[]>(
      `select service, task, (result->>'bytes')::float8 as bytes from etl.journal order by service, task`,
    )
  }
  /** How many of the tasks in the journal are done: they are not done again. */
  const tasksDone = async () => (await journal()).filter(({ task }) => !/^(begin|switch)$|^part /.test(task)).length

  /** What is served is emptied: an import that only seems to succeed is found out. */
  const empty = async () => {
    const tables = importing.flatMap(({ name, imports }) => imports!.tables.map(({ table }) => `${name}.${table}`))
    await sql.unsafe(`truncate table ${tables.join(', ')}`)
  }

  const leftovers = async () => {
    const schemas = await sql.unsafe<{ name: string }[]>(`select nspname as name from pg_namespace where nspname ~ '_(stage|next)$'`)
    return [...schemas.map(({ name }) => name), ...(await journal()).map(({ service, task }) => `${service} ${task}`)]
  }

  const importWhole = async (...flags: string[]) => {
    const run = start(...flags)
    const { code, told } = await run.ended()
    if (code !== 0) throw new Error(`the import ended with ${code}: ${told}${run.said()}`)
    return run.said()
  }

  /** Begins an import and kills it as soon as the journal has this task. */
  const killAfter = async (task: string, ...flags: string[]) => {
    const run = start(...flags)
    let ended = false
    void run.ended().then(() => (ended = true))
    await until(async () => ended || (await sql.unsafe(`select from etl.journal where task = $1`, [task])).length > 0)
    run.kill('SIGKILL')
    if ((await run.ended()).signal !== 'SIGKILL') throw new Error(`the import had ended before it could be killed: ${run.said()}`)
  }

  const kept = opened.move()
  return {
    sql,
    set,
    rejectsFolder,
    start,
    /** An import of another folder. */
    startOf,
    state,
    journal,
    tasksDone,
    empty,
    leftovers,
    importWhole,
    killAfter,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
export type ResumeShop = Awaited<ReturnType<typeof openResumeShop>>

/** How many tasks an import says it has not done again. */
export const skipped = (said: string) => said.match(/was done before$/gm)?.length ?? 0
