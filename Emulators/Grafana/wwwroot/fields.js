// What a panel's fieldConfig says of one series: its name, unit, colour, thresholds.
import { format } from './units.js';

const named = {
  green: '#73bf69', yellow: '#f2cc0c', orange: '#ff9830', red: '#f2495c', blue: '#5794f2', purple: '#b877d9', text: '#d8d9da',
  'dark-green': '#37872d', 'dark-yellow': '#e0b400', 'dark-orange': '#fa6400', 'dark-red': '#c4162a', 'dark-blue': '#1f60c4', 'dark-purple': '#8f3bb8',
  'semi-dark-green': '#56a64b', 'semi-dark-yellow': '#f2cc0c', 'semi-dark-orange': '#ff780a', 'semi-dark-red': '#e02f44', 'semi-dark-blue': '#3274d9',
  'light-green': '#96d98d', 'light-yellow': '#ffee52', 'light-orange': '#ffb357', 'light-red': '#ff7383', 'light-blue': '#8ab8ff',
  'super-light-blue': '#c0d8ff', transparent: 'transparent', gray: '#8e8e8e',
};
const palette = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0', '#37872d', '#fade2a', '#447ebc', '#c15c17', '#890f02', '#0a437c', '#6d1f62', '#3f6833'];

export const colour = name => named[name] ?? name;

export function field(panel, series, index) {
  const config = structuredClone(panel.fieldConfig?.defaults ?? {});
  config.custom ??= {};
  for (const { matcher, properties } of panel.fieldConfig?.overrides ?? []) {
    if (!matches(matcher, series)) continue;
    for (const { id, value } of properties) set(config, id, value);
  }
  const { mode = 'palette-classic', fixedColor } = config.color ?? {};
  const steps = config.thresholds?.steps ?? [{ color: 'green', value: null }];
  const at = value => colour((steps.findLast(step => step.value === null || value >= step.value) ?? steps[0]).color);
  return {
    config,
    name: config.displayName ?? series.name,
    steps,
    custom: config.custom,
    colour: mode === 'fixed' ? colour(fixedColor) : palette[index % palette.length],
    colourOf: value => mapped(config, value)?.color ? colour(mapped(config, value).color) : mode === 'fixed' ? colour(fixedColor) : at(value),
    text: value => mapped(config, value)?.text ?? format(value, config.unit, config.decimals),
    mapped: value => mapped(config, value)?.text,
  };
}

function matches({ id, options }, series) {
  if (id === 'byName') return series.name === options;
  if (id === 'byRegexp') return new RegExp(options.replace(/^\/|\/$/g, '')).test(series.name);
  if (id === 'byFrameRefID') return series.refId === options;
  return false;
}

function set(config, id, value) {
  const path = id.split('.');
  const last = path.pop();
  path.reduce((into, key) => into[key] ??= {}, config)[last] = value;
}

function mapped(config, value) {
  for (const { type, options } of config.mappings ?? []) {
    if (type === 'value' && options[String(value)]) return options[String(value)];
    if (type === 'range' && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity)) return options.result;
    if (type === 'special' && options.match.includes('nan') && (value === null || Number.isNaN(value))) return options.result;
  }
  return undefined;
}

const present = values => values.filter(value => value !== null && Number.isFinite(value));
const calculations = {
  lastNotNull: values => present(values).at(-1) ?? null,
  last: values => values.at(-1) ?? null,
  firstNotNull: values => present(values)[0] ?? null,
  mean: values => present(values).length > 0 ? present(values).reduce((sum, value) => sum + value, 0) / present(values).length : null,
  sum: values => present(values).reduce((sum, value) => sum + value, 0),
  max: values => present(values).length > 0 ? Math.max(...present(values)) : null,
  min: values => present(values).length > 0 ? Math.min(...present(values)) : null,
  range: values => present(values).length > 0 ? Math.max(...present(values)) - Math.min(...present(values)) : null,
  delta: values => present(values).length > 0 ? present(values).at(-1) - present(values)[0] : null,
};

// One number of many, as reduceOptions and legends ask for it.
export const reduce = (values, calculation = 'lastNotNull') => (calculations[calculation] ?? calculations.lastNotNull)(values);
