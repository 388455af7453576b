import { element } from '../element.js';
import { field } from '../fields.js';

// A row for each set of labels, a column for each label and each target's value. Returns how many rows there are.
export function table(body, panel, data, { follow }) {
  const targets = panel.targets.filter(target => !target.hide);
  const valueOf = target => targets.length > 1 ? `Value #${target.refId}` : 'Value';
  const rows = new Map();
  for (const one of data) {
    const { __name__: _, ...labels } = one.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    const row = rows.get(key) ?? { ...labels };
    row[valueOf(one)] = one.values.at(-1);
    rows.set(key, row);
  }

  const { excludeByName = {}, renameByName = {}, indexByName = {} } = panel.transformations?.find(one => one.id === 'organize')?.options ?? {};
  const labels = [...new Set(data.flatMap(one => Object.keys(one.labels)))].filter(label => label !== '__name__');
  const columns = [...labels, ...targets.map(valueOf)].filter(name => !excludeByName[name])
    .sort((a, b) => (indexByName[a] ?? 99) - (indexByName[b] ?? 99))
    .map((name, index) => {
      const title = renameByName[name] || name;
      return { name, title, of: field(panel, { name: title }, index) };
    });
  const [sort] = panel.options?.sortBy ?? [];
  const sorted = [...rows.values()].sort(order(columns.find(column => column.title === sort?.displayName)?.name, sort?.desc));
  body.replaceChildren(element('div', { class: 'rows' }, element('table', {},
    element('thead', {}, element('tr', {}, ...columns.map(({ title }) => element('th', {}, title)))),
    element('tbody', {}, ...sorted.map(row => element('tr', {}, ...columns.map(column => cell(row, column, follow))))))));
  return sorted.length;
}

function cell(row, { name, of }, follow) {
  const value = row[name];
  const isNumber = typeof value === 'number';
  const painted = isNumber && /color/.test(of.custom.cellOptions?.type ?? '');
  const text = isNumber ? of.text(value) : value ?? '';
  const [link] = of.config.links ?? [];
  return element('td', { class: isNumber ? 'number' : '', style: painted ? { color: of.colourOf(value) } : {} },
    link ? element('a', { href: follow(link.url, row) }, text) : text);
}

const order = (name, descending) => (a, b) => {
  if (!name) return 0;
  const [one, other] = [a[name] ?? -Infinity, b[name] ?? -Infinity];
  const difference = typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other));
  return descending ? -difference : difference;
};
