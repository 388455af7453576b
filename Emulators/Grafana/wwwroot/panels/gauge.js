import { element } from '../element.js';
import { colour, field, reduce } from '../fields.js';

const svg = (name, attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// A dial from min to max, one for each series. Returns how many values are shown.
export function gauge(body, panel, data) {
  const shown = data.map((one, index) => {
    const of = field(panel, one, index);
    const value = reduce(one.values, panel.options?.reduceOptions?.calcs?.[0]);
    const { min = 0, max = 100 } = of.config;
    const place = number => Math.min(Math.max((number - min) / (max - min), 0), 1);
    const dial = svg('svg', { viewBox: '0 0 200 120' });
    dial.append(svg('path', { d: arc(0, 1, 80), class: 'track' }));
    for (const [at, step] of of.steps.entries()) {
      const [from, to] = [place(step.value ?? min), at + 1 < of.steps.length ? place(of.steps[at + 1].value) : 1];
      if (to > from) dial.append(svg('path', { d: arc(from, to, 92), stroke: colour(step.color), 'stroke-width': 4, fill: 'none' }));
    }
    if (value !== null) dial.append(svg('path', { d: arc(0, Math.max(place(value), 0.005), 80), stroke: of.colourOf(value), 'stroke-width': 16, fill: 'none' }));
    const text = svg('text', { x: 100, y: 100, 'text-anchor': 'middle', fill: of.colourOf(value) });
    text.textContent = of.text(value);
    dial.append(text);
    return { value, element: element('div', { class: 'gauge' }, dial, data.length > 1 ? element('div', { class: 'name' }, of.name) : null) };
  });
  body.replaceChildren(element('div', { class: 'gauges' }, ...shown.map(one => one.element)));
  return shown.filter(({ value }) => value !== null).length;
}

function arc(from, to, radius) {
  const point = part => [100 - radius * Math.cos(Math.PI * part), 104 - radius * Math.sin(Math.PI * part)].map(number => number.toFixed(2)).join(' ');
  return `M ${point(from)} A ${radius} ${radius} 0 0 1 ${point(to)}`;
}
