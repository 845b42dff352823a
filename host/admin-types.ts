import { Type, type Static } from 'typebox'
import { emailCharactersMax, reasonCharactersMax, responseCharactersMax } from '../kit/moderator.ts'

const id = Type.Integer({ minimum: 1 })
const moment = Type.String({ format: 'date-time' })
const next = Type.Union([id, Type.Null()], { description: 'The `after` of the next page; null: this is the last' })

export const ReportedPage = Type.Object({
  results: Type.Array(
    Type.Object({
      id,
      product_id: id,
      name: Type.String(),
      text: Type.String(),
      photos: Type.Array(Type.String()),
      created_at: moment,
    }),
  ),
  next,
})

export const LedgerRow = Type.Object({
  kind: Type.String(),
  decision_id: id,
  id,
  product_id: id,
  decision: Type.Union(['restored', 'rejected', 'responded', 'erased'].map((name) => Type.Literal(name))),
  reason: Type.String(),
  decided_at: moment,
  receipt_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], { description: 'Of the erasure' }),
})
export const LedgerPage = Type.Object({ results: Type.Array(LedgerRow), next })

export const newDecision = (kinds: readonly string[]) =>
  Type.Object({
    kind: Type.Union(kinds.map((kind) => Type.Literal(kind))),
    id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 }),
    decision: Type.Union([Type.Literal('restore'), Type.Literal('reject'), Type.Literal('respond')]),
    reason: Type.Optional(
      Type.String({
        maxLength: reasonCharactersMax,
        pattern: '^[^@]*$',
        description: 'Needed to reject; without @: the ledger cannot be changed',
      }),
    ),
    response: Type.Optional(
      Type.String({ maxLength: responseCharactersMax, description: "Needed to respond: the seller's; empty takes away the one there is" }),
    ),
  })

export const NewErasure = Type.Object({
  email: Type.String({ minLength: 1, maxLength: emailCharactersMax, description: 'Whatever its case and the spaces around it' }),
})
export type NewErasure = Static<typeof NewErasure>

export const Receipt = Type.Object({
  receipt_id: Type.String({ format: 'uuid', description: 'What was erased is in the ledger under it' }),
  at: moment,
  counts: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'By kind' }),
})
