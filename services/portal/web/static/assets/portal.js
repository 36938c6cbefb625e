import { Button, createAll, ErrorSummary, Header, NotificationBanner, SkipLink } from './nhsuk/nhsuk-frontend-10.6.1.min.js'

for (const component of [Button, ErrorSummary, Header, NotificationBanner, SkipLink]) {
  createAll(component)
}

// What belongs to an answer is shown with it. The design system's own script also sets aria-expanded, which a radio button may not
// have. Without any script everything is shown.
const owners = [...document.querySelectorAll('input[data-aria-controls]')]

function showWhatBelongs () {
  for (const owner of owners) {
    const part = document.getElementById(owner.dataset.ariaControls)
    part.classList.toggle('nhsuk-radios__conditional--hidden', !owner.checked)
  }
}

document.addEventListener('change', showWhatBelongs)
window.addEventListener('pageshow', showWhatBelongs)
showWhatBelongs()
