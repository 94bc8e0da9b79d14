// Who comes to a page anew sees its first screen first, and the charts' lines after the numbers: style
// sheets hold back what can wait until the page has been painted (start.js). Not on the way back and
// not where the address points below: there the page is as long as it was.
if (performance.getEntriesByType('navigation')[0]?.type === 'navigate' && !location.hash) {
  document.documentElement.classList.add('arriving');
}
