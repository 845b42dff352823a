import { services } from '../services/index.ts'

/** Everything that has a schema.sql: the services, and the importer's own records. */
export const migrated = [...services, { name: 'etl', schema: new URL('../etl/schema.sql', import.meta.url) }]
