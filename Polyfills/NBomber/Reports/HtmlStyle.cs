namespace NBomber.Reports;

/// <summary>What the page looks like, by day and by night.</summary>
internal static class HtmlStyle
{
    internal const string Css = """
        :root { color-scheme: light dark; --bg: #fff; --card: #f6f7f9; --ink: #1c2330; --soft: #667085; --rule: #e2e5ea;
          --ok: #1a936f; --fail: #d1495b; --p50: #2e86ab; --p95: #e08e1b; --p99: #8e44ad; }
        @media (prefers-color-scheme: dark) { :root { --bg: #14171c; --card: #1d2128; --ink: #e6e9ee; --soft: #97a1b0; --rule: #2f3540;
          --ok: #3ec29a; --fail: #f0707f; --p50: #5fb4d8; --p95: #f2b04e; --p99: #c08ae0; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 24px; max-width: 1360px; background: var(--bg); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
        h1 { margin: 0; font-size: 26px; } h2 { margin: 40px 0 12px; font-size: 20px; } h3 { margin: 24px 0 8px; font-size: 15px; }
        .facts, .tile span, figcaption, th { color: var(--soft); }
        .verdict { display: inline-block; margin: 10px 0 4px; padding: 4px 12px; border-radius: 6px; background: var(--card); font-weight: 600; }
        .verdict.good { color: var(--ok); } .verdict.bad, tr.bad td, .tile.bad b { color: var(--fail); }
        nav { position: sticky; top: 0; z-index: 1; display: flex; gap: 18px; padding: 10px 0; background: var(--bg); border-bottom: 1px solid var(--rule); }
        nav a { color: var(--p50); text-decoration: none; } nav a:hover { text-decoration: underline; }
        section { scroll-margin-top: 48px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; }
        .tile { display: flex; flex-direction: column; padding: 12px 16px; border-radius: 8px; background: var(--card); }
        .tile b { font-size: 24px; font-variant-numeric: tabular-nums; } .tile span { font-size: 13px; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 540px), 1fr)); gap: 16px; margin-top: 16px; }
        figure { margin: 0; padding: 12px; border-radius: 8px; background: var(--card); } figure svg { display: block; width: 100%; }
        figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px; font-size: 13px; font-weight: 600; }
        .legend { display: flex; gap: 14px; font-weight: 400; } .legend span::before { content: "■ "; }
        .legend .ok { color: var(--ok); } .legend .fail { color: var(--fail); } .legend .p50 { color: var(--p50); } .legend .p95 { color: var(--p95); } .legend .p99 { color: var(--p99); }
        svg .ok { stroke: var(--ok); fill: var(--ok); } svg .fail { stroke: var(--fail); fill: var(--fail); }
        svg .p50 { stroke: var(--p50); fill: var(--p50); } svg .p95 { stroke: var(--p95); fill: var(--p95); } svg .p99 { stroke: var(--p99); fill: var(--p99); }
        svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } svg .area { stroke: none; fill-opacity: .14; }
        .grid { stroke: var(--rule); } .tick { fill: var(--soft); font-size: 11px; } .tip { fill: transparent; } .tip:hover { fill: var(--soft); fill-opacity: .18; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th { font-weight: 600; font-size: 12px; } th:first-child, td:first-child { text-align: left; }
        #thresholds td { text-align: left; white-space: normal; } #thresholds th { text-align: left; }
        @media print { nav { display: none; } figure { break-inside: avoid; } }
        """;
}
