import { jsonBody } from '../../kit/body.ts'
import { post } from '../../kit/endpoint.ts'
import { sessionOf } from '../../kit/identity.ts'
import { created, personal } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import { interactionQueries } from './queries.ts'
import { NewInteraction } from './types.ts'

type Received = NewInteraction & { session_id: number; session_check: number; received_at: string }

const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const badInteraction = 'Error: Interaction body contains invalid entries'
const newInteraction = jsonBody(NewInteraction, badInteraction)

export const interactionRoutes: Service['routes'] = ({ writes }) => {
  const add = writes.open<Received>({ name: 'interaction', statement: interactionQueries.add, changes: () => [] })

  return [
    post(
      '/interactions',
      { summary: 'Somebody used a part of a page', tag: 'interactions', body: newInteraction, refusals: { 422: badInteraction, ...busy } },
      async ({ body: { element, widget, time } }, { request }) => {
        const { id, check, fresh } = sessionOf(request)
        await add({ session_id: id, session_check: check, received_at: new Date().toISOString(), element, widget, time })
        return personal(created, fresh)
      },
    ),
  ]
}
