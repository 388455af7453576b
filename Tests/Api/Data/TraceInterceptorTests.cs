using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>A traced transaction says so when it writes, and only then.</summary>
public sealed class TraceInterceptorTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_that_only_reads_stays_one_that_only_reads()
    {
        await using var scope = api.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        using var traced = Traced();
        await using var transaction = await db.Database.BeginTransactionAsync(Ended);

        // As each does that looks at rows of its caller's own.
        await db.Database.ExecuteSqlAsync($"SELECT set_config('platform.user_id', '', true)", Ended);

        Assert.Null(await TransactionIdAsync(db));
        await db.Database.ExecuteSqlAsync($"UPDATE catalog.books SET title = title WHERE false", Ended);
        Assert.Null(await TransactionIdAsync(db));
    }

    private static async Task<string?> TransactionIdAsync(PlatformDbContext db) =>
        (await db.Database.SqlQuery<string?>($"""SELECT pg_current_xact_id_if_assigned()::text AS "Value" """).ToListAsync(Ended)).Single();

    private static Activity Traced() => new Activity("traced") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.SetIdFormat(ActivityIdFormat.W3C).Start();
}
