using System.Reflection;

namespace Platform.Api.Documentation;

/// <summary>The API description for people: a page of our own, in the assembly, that needs nothing from the network.</summary>
internal static class DocumentationPages
{
    internal static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapGet("/", () => TypedResults.Redirect("/docs")).ExcludeFromDescription();
        Map("/docs", "docs.html", "text/html; charset=utf-8");
        Map("/docs/docs.js", "docs.js", "text/javascript; charset=utf-8");
        Map("/docs/docs.css", "docs.css", "text/css; charset=utf-8");

        void Map(string address, string file, string contentType)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
                ?? throw new InvalidOperationException($"{file} is not in the assembly.");
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            app.MapGet(address, (HttpResponse response) =>
            {
                response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
                response.Headers.CacheControl = "no-cache";
                return TypedResults.Bytes(content, contentType);
            }).ExcludeFromDescription();
        }
    }
}
