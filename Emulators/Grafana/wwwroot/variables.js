// A dashboard's variables: their values, their controls, and what they are in an expression.
import { element } from './element.js';
import { labelValues } from './prometheus.js';
import { scrapeSeconds } from './time-range.js';

const everything = '$__all';

export class Variables {
  #all;
  #changed;

  constructor(dashboard, address, changed) {
    this.#all = (dashboard.templating?.list ?? []).map(definition => ({
      definition,
      options: (definition.options ?? []).map(option => option.value).filter(value => value !== everything),
      chosen: address.has(`var-${definition.name}`) ? address.getAll(`var-${definition.name}`) : [definition.current?.value ?? []].flat(),
    }));
    this.#changed = changed;
  }

  // What each may be; in order, because a later one may ask with an earlier one's value.
  async load(range, signal) {
    for (const variable of this.#all) {
      const { definition } = variable;
      if (definition.type === 'query') variable.options = await this.#ask(definition, range, signal);
      if (definition.type === 'constant') variable.chosen = [definition.query];
      if (definition.type === 'datasource') variable.chosen = ['prometheus'];
      if (definition.type === 'query' || definition.type === 'custom') {
        const possible = variable.chosen.filter(value => value === everything || variable.options.includes(value));
        variable.chosen = possible.length > 0 ? possible : [definition.includeAll ? everything : variable.options[0] ?? ''];
      }
    }
  }

  async #ask(definition, range, signal) {
    const text = typeof definition.query === 'string' ? definition.query : definition.query.query;
    const match = /^label_values\((?:(.+),\s*)?(\w+)\)$/s.exec(text.trim());
    if (!match) throw new Error(`Variable ${definition.name}: only label_values(…) is understood, not ${text}`);
    const values = await labelValues(match[1] && this.fill(match[1]), match[2], range, signal);
    const pattern = definition.regex ? new RegExp(definition.regex.replace(/^\/|\/$/g, '')) : null;
    return values.filter(value => !pattern || pattern.test(value));
  }

  // An expression, or any other text, with the values in place of the names.
  fill(text, range, labels = {}) {
    const built = {
      __rate_interval: `${Math.max(4 * scrapeSeconds, (range?.step ?? 0) + scrapeSeconds)}s`,
      __interval: `${range?.step ?? scrapeSeconds}s`,
      __range: `${range?.seconds ?? 0}s`,
    };
    return text.replace(/\$\{__field\.labels\.(\w+)\}|\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (whole, label, braced, bare) => {
      if (label) return labels[label] ?? '';
      const name = braced ?? bare;
      return built[name] ?? this.#value(name) ?? whole;
    });
  }

  // Values go into matchers of regular expressions, as Grafana escapes them.
  #value(name) {
    const variable = this.#all.find(one => one.definition.name === name);
    if (!variable) return undefined;
    const { definition, options, chosen } = variable;
    if (chosen.includes(everything)) return definition.allValue || group(options);
    return definition.multi || definition.includeAll ? group(chosen) : chosen[0];
  }

  get parameters() {
    return this.#all.filter(({ definition }) => definition.hide !== 2)
      .flatMap(({ definition, chosen }) => chosen.map(value => [`var-${definition.name}`, value]));
  }

  controls() {
    return this.#all.filter(({ definition }) => !definition.hide && (definition.type === 'query' || definition.type === 'custom'))
      .map(variable => {
        const { definition, options, chosen } = variable;
        const select = element('select', {
          onchange: event => {
            variable.chosen = [event.target.value];
            this.#changed();
          },
        });
        const shown = definition.includeAll ? [everything, ...options] : options;
        select.append(...shown.map(value => element('option', { value, selected: chosen.includes(value) ? '' : null }, value === everything ? 'All' : value)));
        return element('label', { title: definition.description }, definition.label ?? definition.name, select);
      });
  }
}

const group = values => values.length === 1 ? escape(values[0]) : `(${values.map(escape).join('|')})`;
const escape = value => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\\\$&');
