// Grafana's JSON model of a dashboard, by the types it publishes, as far as the dashboards use it. DashboardSchemaTests has the
// compiler check each dashboard against it: names that the model does not have are errors, too.
import type { AnnotationQuery, Dashboard, DataQuery, FieldConfig, Panel, RowPanel } from '@grafana/schema';
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Gauge } from '@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { FieldConfig as TableField, Options as Table } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as Text } from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type { FieldConfig as TimeSeriesField, Options as TimeSeries } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// What a type is when it is written as JSON: of an enumeration its values. Options that are left out have defaults.
type Json<T> = unknown extends T ? unknown
  : T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer One)[] ? Json<One>[]
  : { [Key in keyof T]: Json<T[Key]> };
type Some<T> = T extends string | number | boolean | null | undefined ? T
  : T extends (infer One)[] ? One[]
  : { [Key in keyof T]?: Some<T[Key]> };

interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: 'table' | 'time_series';
}

interface Drawn<Type extends string, Options, Custom = {}> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  title: string;
  description: string;
  options: Some<Options>;
  fieldConfig: { defaults: Omit<FieldConfig, 'custom'> & { custom?: Some<Custom> }; overrides: Required<Panel>['fieldConfig']['overrides'] };
  targets: PrometheusQuery[];
}

interface Said extends Omit<Panel, 'type' | 'options' | 'fieldConfig'> {
  type: 'text';
  options: Some<Text>;
}

interface PrometheusAnnotation extends AnnotationQuery<PrometheusQuery> {
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  useValueForTime?: boolean;
}

type Model = Omit<Dashboard, 'panels' | 'annotations'> & {
  panels: (RowPanel | Said | Drawn<'timeseries', TimeSeries, TimeSeriesField> | Drawn<'stat', Stat> | Drawn<'gauge', Gauge> | Drawn<'bargauge', BarGauge> | Drawn<'table', Table, TableField>)[];
  annotations: { list: PrometheusAnnotation[] };
};

export type DashboardJson = Json<Model>;
