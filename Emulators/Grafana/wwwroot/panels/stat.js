import { element } from '../element.js';
import { field, reduce } from '../fields.js';
import { parts } from '../units.js';

// Big numbers, one for each series, with the way there behind them. Returns how many numbers are shown.
export function stat(body, panel, data) {
  const { reduceOptions = {}, colorMode = 'value', graphMode = 'area', textMode = 'auto' } = panel.options ?? {};
  const shown = data.map((one, index) => {
    const of = field(panel, one, index);
    const value = reduce(one.values, reduceOptions.calcs?.[0]);
    const [number, unit] = of.mapped(value) ? [of.mapped(value), ''] : parts(value, of.config.unit, of.config.decimals);
    const color = of.colourOf(value);
    const named = textMode === 'value_and_name' || textMode === 'name' || (textMode === 'auto' && data.length > 1);
    return { value, element: element('div', { class: 'stat', style: colorMode === 'background' ? { background: color, color: '#111217' } : { color } },
      graphMode === 'area' && one.values.length > 1 ? sparkline(one.values, colorMode === 'background' ? '#111217' : color) : null,
      named ? element('div', { class: 'name' }, of.name) : null,
      textMode === 'name' ? null : element('div', { class: 'value' }, number, element('small', {}, unit ? ` ${unit}` : ''))) };
  });
  body.replaceChildren(element('div', { class: `stats ${panel.options?.orientation === 'vertical' ? 'down' : ''}` }, ...shown.map(one => one.element)));
  return shown.filter(({ value }) => value !== null).length;
}

function sparkline(values, color) {
  const known = values.map((value, index) => [index, value]).filter(([, value]) => Number.isFinite(value));
  const [low, high] = [Math.min(...known.map(([, value]) => value)), Math.max(...known.map(([, value]) => value))];
  const points = known.map(([index, value]) => `${(index / (values.length - 1) * 100).toFixed(2)},${(36 - (high > low ? (value - low) / (high - low) * 30 : 0)).toFixed(2)}`);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 100 40');
  svg.setAttribute('preserveAspectRatio', 'none');
  for (const [name, path] of [['polygon', [`${known[0]?.[0] ?? 0},40`, ...points, '100,40']], ['polyline', points]]) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', name);
    shape.setAttribute('points', path.join(' '));
    shape.setAttribute(name === 'polygon' ? 'fill' : 'stroke', color);
    if (name === 'polyline') shape.setAttribute('fill', 'none');
    svg.append(shape);
  }
  return svg;
}
