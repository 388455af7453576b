// The page of a dashboard, or the list of them.
import { annotations } from './annotations.js';
import { element } from './element.js';
import { PanelView } from './panel.js';
import { durationSeconds, ranges, refreshes, resolve } from './time-range.js';
import { Variables } from './variables.js';

const bar = document.getElementById('bar');
const board = document.getElementById('board');
const address = new URLSearchParams(location.search);
const get = async path => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.message ?? `${path} answered ${answer.status}`);
  return answer.json();
};

class Board {
  #dashboard;
  #list;
  #variables;
  #views;
  #asking = new AbortController();
  #timer;

  constructor(dashboard, list) {
    this.#dashboard = dashboard;
    this.#list = list;
    this.from = address.get('from') ?? dashboard.time?.from ?? 'now-1h';
    this.to = address.get('to') ?? dashboard.time?.to ?? 'now';
    this.refresh = address.get('refresh') ?? (dashboard.refresh || '');
    this.#variables = new Variables(dashboard, address, () => this.#changed());
  }

  async show() {
    document.title = this.#dashboard.title;
    await this.#variables.load(this.#range(), this.#asking.signal);
    this.#views = this.#dashboard.panels.map(panel => new PanelView(panel, (panel.links ?? []).map(link => this.#link(link))));
    board.replaceChildren(...this.#views.map(view => view.element));
    this.#controls();
    await this.#draw();
  }

  #range() {
    return resolve(this.from, this.to, board.clientWidth / 2);
  }

  // Nothing is asked while nobody looks, and one round is never begun before the last has ended.
  async #draw() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    const { signal } = this.#asking = new AbortController();
    const range = this.#range();
    const fill = (text, labels) => this.#variables.fill(text, range, labels);
    const context = { range, signal, variables: this.#variables, fill, follow: (url, labels) => fill(url, labels), annotations: [] };
    if (!document.hidden) {
      try {
        context.annotations = await annotations(this.#dashboard, range, this.#variables, signal);
      } catch (error) {
        if (signal.aborted) return;
        console.warn('annotations', error);
      }
      await Promise.all(this.#views.map(view => view.draw(context)));
      board.dataset.rounds = Number(board.dataset.rounds ?? 0) + 1;
    }
    const seconds = durationSeconds(this.refresh);
    if (seconds > 0 && !signal.aborted) this.#timer = setTimeout(() => this.#draw(), seconds * 1000);
  }

  async #changed() {
    history.replaceState(null, '', `?${this.#parameters()}`);
    await this.#variables.load(this.#range(), this.#asking.signal).catch(error => console.warn(error));
    this.#controls();
    await this.#draw();
  }

  #parameters(withVariables = true) {
    return new URLSearchParams([['from', this.from], ['to', this.to], ['refresh', this.refresh], ...(withVariables ? this.#variables.parameters : [])]);
  }

  #link({ title, url, keepTime, includeVars, targetBlank, tooltip }) {
    const href = this.#variables.fill(url, this.#range());
    const added = keepTime || includeVars ? `${href.includes('?') ? '&' : '?'}${this.#parameters(includeVars)}` : '';
    return element('a', { href: href + added, title: tooltip, target: targetBlank ? '_blank' : null, rel: 'noopener' }, title);
  }

  #controls() {
    const choice = (name, shown, value, set) => element('label', {}, name, element('select', { onchange: event => { set(event.target.value); this.#changed(); } },
      ...shown.map(one => element('option', { value: one, selected: one === value ? '' : null }, one.replace(/^now-/, 'last ') || 'off'))));
    const withChosen = (list, one) => list.includes(one) ? list : [one, ...list];
    bar.replaceChildren(
      element('select', { class: 'which', 'aria-label': 'Dashboard', onchange: event => location.href = `/d/${event.target.value}?${this.#parameters(false)}` },
        ...this.#list.map(({ uid, title }) => element('option', { value: uid, selected: uid === this.#dashboard.uid ? '' : null }, title))),
      ...this.#variables.controls(),
      element('span', { class: 'links' }, ...(this.#dashboard.links ?? []).flatMap(link => link.type === 'link' ? [this.#link(link)] : this.#tagged(link))),
      choice('', withChosen(ranges, this.from), this.from, value => this.from = value),
      choice('refresh', withChosen(refreshes, this.refresh), this.refresh, value => this.refresh = value));
  }

  #tagged(link) {
    const others = this.#list.filter(({ uid, tags }) => uid !== this.#dashboard.uid && (link.tags ?? []).every(tag => tags.includes(tag)));
    return others.map(({ uid, title }) => this.#link({ ...link, title, url: `/d/${uid}` }));
  }
}

try {
  const list = await get('/api/search');
  const uid = /^\/d\/([^/]+)/.exec(location.pathname)?.[1];
  if (uid) {
    const { dashboard } = await get(`/api/dashboards/uid/${uid}`);
    await new Board(dashboard, list).show();
  } else {
    board.replaceChildren(element('ul', { class: 'list' }, ...list.map(({ url, title }) => element('li', {}, element('a', { href: url }, title)))));
  }
} catch (error) {
  board.replaceChildren(element('p', { class: 'note failed' }, error.message));
}
