// One panel: its frame, and what is drawn in it.
import { element } from './element.js';
import { panelData } from './panel-data.js';
import { bars } from './panels/bars.js';
import { gauge } from './panels/gauge.js';
import { stat } from './panels/stat.js';
import { table } from './panels/table.js';
import { text } from './panels/text.js';
import { timeseries } from './panels/timeseries.js';

const drawings = { timeseries, stat, gauge, bargauge: bars, barchart: bars, table };

export class PanelView {
  #panel;
  #body = element('div', { class: 'body' });

  constructor(panel, links) {
    this.#panel = panel;
    const { x, y, w, h } = panel.gridPos;
    this.element = element('section', {
      class: 'panel',
      data: { panel: panel.id, type: panel.type, state: 'loading', drawn: 0 },
      style: { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` },
    });
    if (panel.type === 'row') {
      this.element.append(element('h2', {}, panel.title));
      this.element.dataset.state = 'drawn';
      return;
    }
    this.element.append(element('h3', { title: panel.description }, panel.title ?? '', ...links), this.#body);
  }

  // Draws anew. What was drawn before stays when a question fails, with the reason above it.
  async draw(context) {
    if (this.#panel.type === 'row') return;
    try {
      const range = { ...context.range };
      const data = this.#panel.type === 'text' ? [] : await panelData(this.#panel, range, context.variables, context.signal);
      this.#body.release?.();
      this.#body.release = null;
      const drawn = this.#panel.type === 'text' ? text(this.#body, this.#panel, context) : this.#drawing()(this.#body, this.#panel, data, context);
      if (drawn === 0) this.#body.replaceChildren(element('p', { class: 'note' }, this.#panel.fieldConfig?.defaults?.noValue ?? 'No data'));
      this.#says(drawn > 0 ? 'drawn' : 'empty', drawn);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.#body.replaceChildren(element('p', { class: 'note failed' }, error.message));
      this.#says('failed', 0);
    }
  }

  #drawing() {
    return drawings[this.#panel.type] ?? (() => { throw new Error(`Panels of type ${this.#panel.type} are not drawn here.`); });
  }

  #says(state, drawn) {
    this.element.dataset.drawn = drawn;
    this.element.dataset.state = state;
  }
}
