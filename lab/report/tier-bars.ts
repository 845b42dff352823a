import type { LoadFigures } from '../load/result.ts'
import { barChart } from './bar-chart.ts'
import type { Tone } from './drawing.ts'
import { tableHtml } from './figure.ts'
import { cores, micros } from './format.ts'
import type { Markup } from './markup.ts'

const tones: Record<string, Tone> = { generator: 'grey', server: 'blue', database: 'orange', gateway: 'green' }
export const toneOf = (tier: string): Tone => tones[tier] ?? 'purple'

/** Processor time of each tier, over the whole run. */
export const tierBars = ({ tiers, othersCores, cores: ofMachine }: Pick<LoadFigures, 'tiers' | 'othersCores' | 'cores'>): Markup => {
  const uses = Object.entries(tiers)
  const all = uses.reduce((sum, [, use]) => sum + use.cores, 0)
  const others = othersCores === undefined ? '' : ` Processes of no tier used ${cores(othersCores)}.`
  return barChart({
    id: 'tiers',
    title: 'Processor time by tier',
    says: `All tiers together, the generator included, used ${cores(all)} of the machine’s ${ofMachine} cores.${others}`,
    unit: 'cores',
    bars: uses.map(([tier, use]) => ({
      name: tier,
      tone: toneOf(tier),
      value: use.cores,
      text: `${cores(use.cores)} cores, ${micros(use.microsPerAnswer)} an answer`,
    })),
    table: tableHtml(
      'Processor time by tier, user and system time over the whole run',
      [{ name: 'Tier', text: true }, { name: 'Cores' }, { name: 'Processor time' }, { name: 'An answer' }],
      uses.map(([tier, use]) => [tier, cores(use.cores), `${(use.cpuMicros / 1e6).toFixed(1)} s`, micros(use.microsPerAnswer)]),
    ),
  })
}
