import type { Service } from '../kit/service.ts'
import { cartRoutes } from './carts/routes.ts'
import { interactionRoutes } from './interactions/routes.ts'
import { productImport } from './products/import.ts'
import { productLoad } from './products/load.ts'
import { productRoutes } from './products/routes.ts'
import { questionAudit } from './questions/audit.ts'
import { questionImport } from './questions/import.ts'
import { questionLoad, questionWriteLoad } from './questions/load.ts'
import { questionModeration } from './questions/moderation.ts'
import { questionRoutes } from './questions/routes.ts'
import { reservationsApi } from './reservations/api.ts'
import { reservationAudit } from './reservations/audit.ts'
import { reservationImport } from './reservations/import.ts'
import { reservationLoad } from './reservations/load.ts'
import { reservationRoutes } from './reservations/routes.ts'
import { reservationTidy } from './reservations/tidy.ts'
import { restaurantAudit } from './restaurants/audit.ts'
import { restaurantImport } from './restaurants/import.ts'
import { restaurantLoad } from './restaurants/load.ts'
import { restaurantModeration } from './restaurants/moderation.ts'
import { restaurantRoutes } from './restaurants/routes.ts'
import { reviewAudit } from './reviews/audit.ts'
import { reviewImport } from './reviews/import.ts'
import { reviewLoad, reviewWriteLoad } from './reviews/load.ts'
import { reviewModeration } from './reviews/moderation.ts'
import { reviewRoutes } from './reviews/routes.ts'

/** Every service there is; a name stands nowhere else. */
export const services: readonly Service[] = [
  { name: 'carts', schema: new URL('carts/schema.sql', import.meta.url), routes: cartRoutes },
  { name: 'interactions', schema: new URL('interactions/schema.sql', import.meta.url), routes: interactionRoutes },
  {
    name: 'products',
    schema: new URL('products/schema.sql', import.meta.url),
    routes: productRoutes,
    imports: productImport,
    load: productLoad,
  },
  {
    name: 'questions',
    schema: new URL('questions/schema.sql', import.meta.url),
    routes: questionRoutes,
    imports: questionImport,
    moderation: questionModeration,
    audit: questionAudit,
    load: questionLoad,
    writeLoad: questionWriteLoad,
  },
  {
    name: 'reservations',
    schema: ['schema', 'functions', 'booking', 'changes', 'houses'].map((part) => new URL(`reservations/${part}.sql`, import.meta.url)),
    routes: reservationRoutes,
    api: reservationsApi,
    imports: reservationImport,
    audit: reservationAudit,
    tidy: reservationTidy,
    load: reservationLoad,
  },
  {
    name: 'restaurants',
    schema: new URL('restaurants/schema.sql', import.meta.url),
    routes: restaurantRoutes,
    imports: restaurantImport,
    moderation: restaurantModeration,
    audit: restaurantAudit,
    load: restaurantLoad,
  },
  {
    name: 'reviews',
    schema: new URL('reviews/schema.sql', import.meta.url),
    routes: reviewRoutes,
    imports: reviewImport,
    moderation: reviewModeration,
    audit: reviewAudit,
    load: reviewLoad,
    writeLoad: reviewWriteLoad,
  },
]
