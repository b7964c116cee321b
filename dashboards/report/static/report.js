/* Narrows the list of columns. The page says all it has to say without it. */
(() => {
  const form = document.getElementById('filter');
  if (!form) return;
  const cards = [...document.querySelectorAll('[data-column]')];
  const shown = document.getElementById('shown');
  const narrow = () => {
    const words = form.elements.words.value.toLowerCase();
    const only = form.elements.only.checked;
    let n = 0;
    for (const card of cards) {
      card.hidden = (only && card.dataset.drifted !== 'true') || !card.dataset.column.toLowerCase().includes(words);
      if (!card.hidden) n++;
    }
    shown.textContent = n + ' of ' + cards.length + ' shown';
  };
  form.hidden = false;
  form.addEventListener('input', narrow);
  form.addEventListener('submit', (event) => event.preventDefault());
})();
