import { element } from '../element.js';
import { field, reduce } from '../fields.js';

// A bar for each series, as long as its value. Returns how many there are.
export function bars(body, panel, data) {
  const shown = data.map((one, index) => ({ of: field(panel, one, index), value: reduce(one.values, panel.options?.reduceOptions?.calcs?.[0]) }))
    .filter(({ value }) => value !== null);
  const highest = Math.max(...shown.map(({ value }) => value), 0);
  body.replaceChildren(element('div', { class: 'bars' }, ...shown.map(({ of, value }) => {
    const { min = 0, max = highest || 1 } = of.config;
    const share = Math.min(Math.max((value - min) / (max - min), 0), 1);
    return element('div', { class: 'bar' },
      element('span', { class: 'name', title: of.name }, of.name),
      element('span', { class: 'track' }, element('span', { class: 'fill', style: { width: `${(share * 100).toFixed(1)}%`, background: of.colourOf(value) } })),
      element('span', { class: 'value', style: { color: of.colourOf(value) } }, of.text(value)));
  })));
  return shown.length;
}
