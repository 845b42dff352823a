import { stepOf } from '../../kit/audit-queries.ts'
import type { AuditCheck, Mended } from '../../kit/audit.ts'
import { reservationAuditQueries as queries } from './audit-queries.ts'

const changes = ({ product_id }: Mended) => [['reservations of restaurant', product_id] as const]
const by = (table: string) => ({ step: stepOf(`reservations.${table}`, 'restaurant_id'), changes })

export const reservationAudit: readonly AuditCheck[] = [
  {
    ...by('slot'),
    name: 'owner',
    says: 'Each quarter that a table is taken is that of a reservation or a hold that has the table then.',
    find: queries.findOwners,
    mend: queries.mendOwners,
  },
  {
    ...by('reservation'),
    name: 'slot',
    says: 'Each reservation has all the quarters of its tables from its start to its end.',
    find: queries.findSlots,
    mend: queries.mendSlots,
  },
  {
    ...by('reservation'),
    name: 'day',
    says: 'Each day with a reservation has its summary.',
    find: queries.findMissing,
    mend: queries.mendMissing,
  },
  {
    ...by('day'),
    name: 'free',
    says: 'Each summary of a day is what the slots give.',
    document: true,
    find: queries.findDays,
    mend: queries.mendDays,
  },
]
