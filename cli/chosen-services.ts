import { services } from '../services/index.ts'
import { WrongUsage, type Flag } from './command.ts'

export const servicesFlag: Flag<string[]> = {
  value: 'NAME,…',
  help: 'which services; all unless told',
  default: [],
  parse(text) {
    const names = text.split(',')
    const unknown = names.find((name) => !services.some((service) => service.name === name))
    if (unknown !== undefined)
      throw new WrongUsage(`There is no service "${unknown}"; there are: ${services.map(({ name }) => name).join(', ')}.`)
    return names
  },
}

/** None named is all of them. */
export const chosenServices = (names: readonly string[]) =>
  names.length === 0 ? services : services.filter(({ name }) => names.includes(name))
