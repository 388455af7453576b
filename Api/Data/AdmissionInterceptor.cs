using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Api.Data;

/// <summary>Has a request that opens its first connection admitted: <see cref="DatabaseAdmission"/>.</summary>
/// <remarks>Not when the request begins: it may then send its body as slowly as it likes, and keep others out.</remarks>
internal sealed class AdmissionInterceptor : DbConnectionInterceptor
{
    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PlatformDbContext { Wait: { } wait })
        {
            await wait.EnterAsync();
        }

        return result;
    }
}
