/** What lies under the pointer, in words beside the title; without it everything is there all the same, in the tables. */
export const pageScript = `
for (const svg of document.querySelectorAll('svg[data-readings]')) {
  const readings = JSON.parse(svg.dataset.readings)
  const cursor = svg.querySelector('.cursor')
  const words = svg.closest('figure').querySelector('.reading')
  svg.addEventListener('pointermove', ({ clientX }) => {
    const { left, width } = svg.getBoundingClientRect()
    const x = (clientX - left) / width * svg.viewBox.baseVal.width
    const [at, text] = readings.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a)
    cursor.setAttribute('transform', 'translate(' + at + ' 0)')
    cursor.classList.add('on')
    words.textContent = text
  })
  svg.addEventListener('pointerleave', () => {
    cursor.classList.remove('on')
    words.textContent = ''
  })
}
`
