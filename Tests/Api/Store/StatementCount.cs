using System.Data.Common;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;

namespace Platform.Tests.Api.Store;

/// <summary>Counts the statements that an Api sends: what a list costs must not grow with it.</summary>
internal sealed class StatementCount : DbCommandInterceptor
{
    private int _statements;

    /// <summary>An Api like <paramref name="api"/> whose statements are counted. Its background work is left out.</summary>
    public WebApplicationFactory<Program> On(WebApplicationFactory<Program> api) => api.WithWebHostBuilder(host => host.ConfigureTestServices(services =>
    {
        foreach (var worker in services.Where(s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)
            && s.ImplementationType?.Namespace?.StartsWith("Platform.Api", StringComparison.Ordinal) is true).ToList())
        {
            services.Remove(worker);
        }

        services.ConfigureDbContext<PlatformDbContext>(options => options.AddInterceptors(this), ServiceLifetime.Singleton);
    }));

    /// <summary>How many statements <paramref name="work"/> took.</summary>
    public async Task<int> OfAsync(Func<Task> work)
    {
        Volatile.Write(ref _statements, 0);
        await work();
        return Volatile.Read(ref _statements);
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _statements);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _statements);
        return ValueTask.FromResult(result);
    }
}
