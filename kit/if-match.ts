import { Type } from 'typebox'
import type { Field } from './endpoint.ts'
import { invalidField, unmet } from './errors.ts'

/** The revisions of which the sender saw one; undefined: whatever it is by now. */
export type Seen = readonly number[] | undefined

/**
 * If-Match as RFC 9110, section 13.1.1, has it, of revisions such as `"7"`; without its quotes, as the body has it, one is taken too.
 * A weak one is none of ours: it never matches.
 */
export const ifMatchField: Field<Seen> = {
  schema: Type.String({ description: 'The revision that is meant, such as `"7"`; else 428', examples: ['"7"'] }),
  required: true,
  parse(text) {
    if (text === undefined || text === '') throw unmet('Error: If-Match with the revision is needed')
    if (text === '*') return undefined
    const tags = text.split(',', tagsMax).map((tag) => tag.trim())
    if (!tags.every((tag) => /^(?:(?:W\/)?"[\x21\x23-\x7e]*"|\d{1,9})$/.test(tag))) throw invalidField('if-match')
    return tags.flatMap((tag) => /^("?)(\d{1,9})\1$/.exec(tag)?.[2] ?? []).map(Number)
  },
}

/** Where whoever sends none means whatever it is by now. */
export const anyIfMatchField: Field<Seen> = {
  schema: Type.String({ description: 'The revision that is meant, such as `"7"`', examples: ['"7"'] }),
  required: false,
  parse: (text, ...more) => (text === undefined ? undefined : ifMatchField.parse(text, ...more)),
}

export const revisionTag = (revision: number) => `"${revision}"`

const tagsMax = 20
