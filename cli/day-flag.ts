import { isDay } from '../etl/generate/generate.ts'
import { WrongUsage, type Flag } from './command.ts'

export const dayFlag = (help: string): Flag<string | undefined> => ({
  value: 'DATE',
  help,
  default: undefined,
  parse(text, name) {
    if (isDay(text)) return text
    throw new WrongUsage(`${name} takes a day such as 2027-01-01, not "${text}".`)
  },
})
