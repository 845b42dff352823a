import { afterAll, beforeAll, expect, test } from 'bun:test'
import { guest, inDays, openHouses, type Houses } from '../services/reservations/reservations-fixture.ts'
import { AtelierHttpError, openClient, type Client } from './client.ts'

let houses: Houses
let place: Client
beforeAll(async () => {
  houses = await openHouses([{ id: 1 }])
  place = openClient({ origin: houses.origin })
})
afterAll(() => houses[Symbol.asyncDispose]())

const problemOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AtelierHttpError)
  return (error as AtelierHttpError).problem
}

test('a table is found, held, reserved, moved and given back', async () => {
  const of = { restaurant_id: 1, party: 2 }
  const { starts } = await place.reservations.availability({ ...of, date: inDays(8), time: '19:30' })
  const [starts_at = '', later = ''] = starts
  const { hold } = await place.reservations.hold({ ...of, starts_at })
  const booked = await place.reservations.book({ restaurant_id: 1, hold, ...guest })
  expect(booked).toMatchObject({ code: hold, starts_at, state: 'booked', revision: 1 })
  const moved = await place.reservations.change(booked, { starts_at: later })
  expect(await place.reservations.get(moved.code)).toEqual(moved)
  expect((await problemOf(place.reservations.cancel(booked)))?.status).toBe(412)
  await place.reservations.cancel(moved)
  expect((await place.reservations.get(moved.code)).state).toBe('cancelled')
})

test('a refusal brings what else is free; a key makes a booking one, however often it is sent', async () => {
  const { starts } = await place.reservations.availability({ restaurant_id: 1, party: 2, date: inDays(9) })
  const booking = { restaurant_id: 1, party: 2, starts_at: starts[4]!, ...guest }
  const booked = await place.reservations.book(booking, { key: 'once' })
  expect(await place.reservations.book(booking, { key: 'once' })).toEqual(booked)
  expect((await problemOf(place.reservations.book(booking)))?.alternatives?.length).toBe(5)
  expect((await problemOf(place.reservations.book({ ...booking, party: 0 })))?.errors).toMatchObject([{ field: 'party' }])
  const waiting = await place.waitlist.join({ restaurant_id: 1, date: inDays(9), from: 1_170, to: 1_170, party: 2, ...guest })
  expect((await place.waitlist.get(waiting.code)).state).toBe('waiting')
})
