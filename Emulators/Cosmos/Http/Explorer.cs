using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Emulators.Cosmos.Queries;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>
/// Pages for people: what databases, containers and items there are, and the rows of a query. They change nothing, and
/// need no key: this is an emulator, reachable from its own machine.
/// </summary>
internal static class Explorer
{
    private const int MostRows = 100;
    private const string Usual = "SELECT * FROM c";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void MapExplorer(this IEndpointRouteBuilder app)
    {
        app.MapGet("/_explorer", Containers).WithMetadata(new OpenAttribute());
        app.MapGet("/_explorer/{db}/{coll}", Items).WithMetadata(new OpenAttribute());
    }

    private static IResult Containers(Account account)
    {
        var page = new StringBuilder("<h1>Cosmos DB emulator</h1>");
        foreach (var database in account.Databases)
        {
            page.Append($"<h2>{Html(database.Id)}</h2><table><tr><th>container</th><th>partition key</th><th>items</th><th>bytes</th></tr>");
            foreach (var container in database.Containers)
            {
                page.Append($"<tr><td><a href=\"/_explorer/{Uri.EscapeDataString(database.Id)}/{Uri.EscapeDataString(container.Definition.Id)}\">{Html(container.Definition.Id)}</a></td>")
                    .Append($"<td>/{Html(string.Join('/', container.Definition.PartitionKeyPath))}</td><td>{container.Count:N0}</td><td>{container.Bytes:N0}</td></tr>");
            }

            page.Append("</table>");
        }

        return Page("Cosmos DB emulator", page);
    }

    private static async Task<IResult> Items(Account account, string db, string coll, string? query)
    {
        var container = account.Container(db, coll);
        var state = await account.ReadAsync(container, partition: null);
        query ??= Usual;
        var page = new StringBuilder($"<p><a href=\"/_explorer\">all containers</a></p><h1>{Html(db)} / {Html(coll)}</h1>")
            .Append($"<form><input name=\"query\" value=\"{Html(query)}\" size=\"80\" aria-label=\"Query\"> <button>Run</button></form>")
            .Append($"<details><summary>Definition</summary><pre>{Html(JsonSerializer.Serialize(JsonDocument.Parse(container.Definition.Json), Indented))}</pre></details>");
        try
        {
            var rows = Parser.Parse(query, new Dictionary<string, Value>(), container.Definition.Vectors).Rows(state.Items().Select(item => (item.Json, item.Vectors)))
                .Take(MostRows).Select(row => row.ToJson()).ToList();
            page.Append($"<p>{(rows.Count == MostRows ? $"The first {MostRows}" : rows.Count)} rows</p>");
            foreach (var row in rows)
                page.Append($"<pre>{Html(JsonSerializer.Serialize(JsonDocument.Parse(row), Indented))}</pre>");
        }
        catch (QueryException e)
        {
            page.Append($"<p role=\"alert\">{Html(e.Message)}</p>");
        }

        return Page($"{db} / {coll}", page);
    }

    private static IResult Page(string title, StringBuilder body) => Results.Content($$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><title>{{Html(title)}}</title>
        <style>body{font:16px system-ui;margin:2rem;max-width:70rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0}pre{background:#f4f4f4;padding:.5rem;overflow:auto}</style>
        {{body}}</html>
        """, "text/html; charset=utf-8");

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
