import type { Random } from './random.ts'

const DAY_MS = 86_400_000
/** 2018-01-01T00:00:00Z */
const FIRST_MS = 1_514_764_800_000
/** Up to 2021-06-30. */
const DAYS = 1_276
const ANSWERED_WITHIN_DAYS = 30

/** Epoch milliseconds from 2018-01-01 to 2021-06-30, with room for an answer. */
export const moment = (random: Random): number => FIRST_MS + random.below(DAYS - ANSWERED_WITHIN_DAYS) * DAY_MS + timeOfDay(random)

/** A moment in the thirty days after another. */
export const momentAfter = (random: Random, asked: number): number =>
  asked + 1 + random.below(ANSWERED_WITHIN_DAYS - 1) * DAY_MS + timeOfDay(random)

/** `2019-01-01`, as older copies have it. */
export const isoDay = (moment: number): string => new Date(moment).toISOString().slice(0, 10)

const timeOfDay = (random: Random) => random.below(86_400) * 1_000 + random.below(1_000)
