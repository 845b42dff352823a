import { createStageTable } from '../etl/queries.ts'
import type { ImportFile } from '../kit/import-family.ts'

/** Schema, table and column names are constants, never input. */
export const [ours, plain] = ['copy_ours', 'copy_plain'] as const

export const createSchemas = `create schema ${ours}; create schema ${plain}`
export const emptied = (schema: string, file: ImportFile) => `drop table if exists ${schema}.${file.name}; ${createTable(schema, file)}`

/** L4's table has no line numbers, and the milliseconds of a date as a number: COPY does not read them as a moment. */
const createTable = (schema: string, file: ImportFile) =>
  schema === ours
    ? createStageTable(ours, file)
    : createStageTable(plain, file).replace('(line bigint, ', '(').replaceAll(' timestamptz', ' bigint')

export const serverSideCopy = (file: ImportFile, path: string) =>
  `copy ${plain}.${file.name} (${file.columns.map(({ name }) => name).join(', ')}) from '${path.replaceAll("'", "''")}' with (format csv, header true, null 'null')`

export const rowsOf = (schema: string, file: ImportFile) => `select count(*)::float8 as rows from ${schema}.${file.name}`
