import { expect, test } from 'bun:test'
import { calibrationRefusals, missedBy, refusalsOf } from './judge.ts'
import type { LoadFigures } from './result.ts'

const times = (p99: number) => ({ count: 1_000, mean: 1, p50: 1, p90: 1, p99, p999: p99, max: p99 })
const fine = {
  offered: 1_000,
  answered: 999,
  connectionsMax: 64,
  errors: { 'timed out': 1 },
  errorShare: 0.001,
  latency: times(40),
  lateness: times(2),
  tiers: { generator: { cpuMicros: 1, cores: 0.6, microsPerAnswer: 1 } },
  stolenShare: 0.01,
  checked: { compared: 9, different: [] },
} as unknown as LoadFigures

test('a service level is kept or missed with its reasons', () => {
  expect(missedBy(fine, { p99Ms: 40, errorShare: 0.001 })).toEqual([])
  expect(missedBy(fine, { p99Ms: 39.9, errorShare: 0.0005 })).toEqual([
    'p99 is 40.0 ms, more than 39.9 ms.',
    '0.1 % of the requests failed, more than 0.05 %: 1 timed out.',
  ])
})

test('99 % within a time are 99 % of all requests, not of those that were answered', () => {
  const failing = { ...fine, answered: 989, errorShare: 0.011, errors: { 'status 500': 11 } }
  expect(missedBy({ ...failing, answered: 990 }, { p99Ms: 50 })).toEqual([])
  expect(missedBy(failing, { p99Ms: 50 })).toEqual([
    '11 of 1,000 requests failed, so fewer than 99 % were answered within 50 ms: 11 status 500.',
  ])
  // What failed is told once.
  expect(missedBy(failing, { p99Ms: 50, errorShare: 0.01 })).toEqual(['1.1 % of the requests failed, more than 1 %: 11 status 500.'])
  expect(missedBy(failing, { p99Ms: 50, errorShare: 0.02 })).toHaveLength(1)
  expect(missedBy({ ...fine, answered: 0 }, { p99Ms: 50 })).toEqual(['Nothing was answered as it should be.'])
})

test('wrong answers, and none, keep no level, not even none', () => {
  const different = [{ part: 'GET /reviews', key: 7, body: '{}' }]
  expect(missedBy({ ...fine, checked: { compared: 9, different } }, {})).toEqual([
    '1 of 9 bodies are not what the database says: GET /reviews with key 7.',
  ])
  expect(missedBy({ ...fine, answered: 0 }, {})).toEqual(['Nothing was answered as it should be.'])
})

test('a run whose generator was busy or late, or whose machine was stolen from, is refused', () => {
  expect(refusalsOf(fine, undefined)).toEqual([])
  expect(refusalsOf({ ...fine, stolenShare: undefined }, undefined)).toEqual([])
  expect(refusalsOf({ ...fine, tiers: { generator: { ...fine.tiers['generator']!, cores: 0.96 } } }, 'generator')).toEqual([
    'The generator was the limit: it used 96 % of a core.',
  ])
  expect(refusalsOf({ ...fine, lateness: times(11) }, 'generator')).toHaveLength(1)
  expect(refusalsOf({ ...fine, stolenShare: 0.06 }, 'connections')).toEqual([
    'The machine was not ours: 6 % of its time went to others, more than 5 %.',
  ])
})

test('a generator with too few connections is refused, too, unless another reason says it already', () => {
  expect(refusalsOf(fine, 'connections')).toEqual([])
  expect(refusalsOf(fine, 'generator')).toEqual([
    'The generator was the limit: its 64 connections were all in use while the server was quick; pass more --connections.',
  ])
})

test('a generator that does not reach twice the rate is refused before it begins', () => {
  const calibration = { bodyBytes: 1_500, demandedPerSecond: 40_000, driverMicrosPerRequest: 12, attempts: 3 }
  expect(calibrationRefusals({ ...calibration, reachedPerSecond: 39_500 })).toEqual([])
  expect(calibrationRefusals({ ...calibration, reachedPerSecond: 30_000 })).toEqual([
    'The generator reaches 30,000 requests/s here against a server that only answers, and 40,000, twice what is to be offered, are needed: offer less, or quieten the machine.',
  ])
})
