import { expect, test } from 'bun:test'
import { testFigures, testReport } from '../report/testing.ts'
import type { LoadFigures } from './result.ts'
import { summaryText } from './show.ts'

const bodies = (checked: LoadFigures['checked']) => /^bodies +(.*)$/m.exec(summaryText(testReport({ ...testFigures(4), checked })))?.[1]

test('bodies were compared, or it is said why none was', () => {
  expect(bodies({ compared: 128, different: [] })).toBe('128 compared with the database')
  expect(bodies({ compared: 0, different: [] })).toBe('none compared: no declared read answers these requests')
  expect(bodies(undefined)).toBe('not compared: no database, or writes in the mix')
})
