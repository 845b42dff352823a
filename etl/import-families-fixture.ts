import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost } from '../host/testing.ts'
import { parseDatabaseUrl } from '../kit/db.ts'
import type { ImportFamily } from '../kit/import-family.ts'
import { productImport } from '../services/products/import.ts'
import { importFamilies } from './import-families.ts'
import { readRejects } from './import-fixture.ts'

/** A service that has what products have not: moments, two parents, ids of its own, and rows that hang on those of an import. */
const schema = `
  create schema letters;
  create sequence letters.letter_id;
  create sequence letters.stamp_id;
  create table letters.letter (
    letter_id bigint not null default nextval('letters.letter_id') primary key,
    written timestamptz not null,
    read timestamptz,
    stamp_ids bigint[] not null default '{}'
  );
  create table letters.mark (letter_id bigint not null, mark_id bigint not null, topic_id bigint, primary key (letter_id, mark_id));
  create table letters.vote (letter_id bigint not null, voter text not null, primary key (letter_id, voter)) with (fillfactor = 50);`

const letterImport: ImportFamily = {
  files: [
    {
      name: 'letters',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'written', kind: 'moment' },
        { name: 'read', kind: 'moment', nullable: true },
      ],
    },
    { name: 'topics', columns: [{ name: 'id', kind: 'id' }] },
    {
      name: 'marks',
      parents: [
        { column: 'letter_id', of: 'letters' },
        { column: 'topic_id', of: 'topics' },
      ],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'letter_id', kind: 'id' },
        { name: 'topic_id', kind: 'id', nullable: true },
      ],
    },
    {
      name: 'letters_stamps',
      parents: [{ column: 'letter_id', of: 'letters' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'letter_id', kind: 'id' },
      ],
    },
  ],
  tables: [
    {
      table: 'letter',
      from: ['letters', 'letters_stamps'],
      rowsOf: 'letters',
      fill: (stage, next) => `
        insert into ${next}.letter (letter_id, written, read, stamp_ids)
        select id, written, read, array(select s.id from ${stage}.letters_stamps s where s.letter_id = l.id order by s.id)
        from ${stage}.letters l order by id`,
    },
    {
      table: 'mark',
      from: ['marks'],
      rowsOf: 'marks',
      fill: (stage, next) =>
        `insert into ${next}.mark (letter_id, mark_id, topic_id) select letter_id, id, topic_id from ${stage}.marks where id < 1000`,
    },
    { table: 'vote', from: [] },
  ],
  sequences: [
    { sequence: 'letter_id', table: 'letter', column: 'letter_id' },
    { sequence: 'stamp_id', max: (schema) => `select max(id) from ${schema}.letter, unnest(stamp_ids) as id` },
  ],
}

/** By file: lines, below the usual header, or a whole text. */
type Files = Record<string, readonly string[] | string>

const headers: Record<string, string> = {
  product: 'id,name,slogan,description,category,default_price',
  styles: 'id,productId,name,sale_price,original_price,default_style',
  letters: 'id,written,read',
  topics: 'id',
  marks: 'id,letter_id,topic_id',
  letters_stamps: 'id,letter_id',
}

/** A shop that sells products and keeps letters. */
export const openLetterShop = async () => {
  await using opened = new AsyncDisposableStack()
  const { sql, databaseUrl } = opened.use(await openTestHost({ memoryBytesMax: 0 }))
  await sql.unsafe(schema)
  const services = [
    { name: 'products', imports: productImport },
    { name: 'letters', imports: letterImport },
  ]

  const notes: string[] = []
  /** Imports a folder with these files: `[read, loaded, rejected, dropped]` of each file that is there, and rejects by file. */
  const load = async (files: Files) => {
    await using folder = await openFolder(files)
    notes.length = 0
    const summary = await importFamilies(services, {
      database: parseDatabaseUrl(databaseUrl),
      from: folder.path,
      rejectsFolder: join(folder.path, 'rejects'),
      atOnceMax: 2,
      progress: { note: (text) => void notes.push(text.replaceAll(folder.path, 'DIR')), start: () => ({ at: () => {}, done: () => {} }) },
      signal: new AbortController().signal,
    }).catch((error: Error) => {
      throw new Error(error.message.replaceAll(folder.path, 'DIR'), { cause: error })
    })
    const counts: Record<string, number[]> = {}
    const rejects: Record<string, string[]> = {}
    for (const { file, absent, read, loaded, rejected, dropped } of summary) {
      if (!absent) counts[file.slice(0, -'.csv'.length)] = [read, loaded, rejected, dropped]
      if (rejected > 0) {
        const listed = await readRejects(join(folder.path, 'rejects', file))
        rejects[file.slice(0, -'.csv'.length)] = listed.map(({ line, reason }) => `${line}: ${reason}`)
      }
    }
    return { counts, rejects }
  }

  const kept = opened.move()
  return {
    sql,
    load,
    /** What the last import noted. */
    notes,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
export type LetterShop = Awaited<ReturnType<typeof openLetterShop>>

const openFolder = async (files: Files) => {
  const path = await mkdtemp(join(tmpdir(), 'atelier-letters-'))
  for (const [name, content] of Object.entries(files))
    await writeFile(join(path, `${name}.csv`), typeof content === 'string' ? content : `${[headers[name], ...content].join('\n')}\n`)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
