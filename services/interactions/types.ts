import { Type, type Static } from 'typebox'

const elementCharactersMax = 2_048
const widgetCharactersMax = 500
const timeCharactersMax = 100

/** Pages send what they like for an element: its name, its selector, or its HTML. */
export const NewInteraction = Type.Object({
  element: Type.String({ minLength: 1, maxLength: elementCharactersMax, description: 'What was clicked on' }),
  widget: Type.String({ minLength: 1, maxLength: widgetCharactersMax, description: 'The part of the page it is in' }),
  time: Type.String({ minLength: 1, maxLength: timeCharactersMax, description: 'When, in any format' }),
})
export type NewInteraction = Static<typeof NewInteraction>
