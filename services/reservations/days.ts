/** Days since 1970 of a date. */
export const daysOf = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000)
