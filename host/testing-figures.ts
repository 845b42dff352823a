/** The sum of a figure's series, from the text of `/metrics`: of those whose labels hold `label`, such as `read="product"`. */
export const figure = (metrics: string, name: string, label = ''): number => {
  const series = metrics.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return series.filter((line) => line.includes(label)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
