using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;
using Platform.Api.Identity;
using StackExchange.Redis;

namespace Platform.Api.Http.RateLimits;

/// <summary>Where limits are asked, and what is answered to those who exceed one.</summary>
internal static class RateLimitExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddRateLimits(this WebApplicationBuilder builder)
    {
        // Now, so that a setting that cannot be used stops the process at its start.
        _ = RateLimits.Rules(builder.Configuration).Count();
        var budget = RateLimits.RedisBudget(builder.Configuration);
        var prefix = $"{builder.Configuration["Cache:Namespace"] ?? "platform"}:limit:";
        builder.Services.AddSingleton<RateLimitTelemetry>();
        builder.Services.AddSingleton(services => new SharedBuckets(services.GetRequiredService<IConnectionMultiplexer>(), prefix, budget,
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<RateLimitTelemetry>(), services.GetRequiredService<ILogger<SharedBuckets>>()));
        builder.Services.AddSingleton<RateLimits>();
    }

    /// <summary>Limits all requests that come here: those of a user by user, the others by address. Use it after authentication.</summary>
    internal static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(next => context =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is not null)
            {
                return next(context);
            }

            var (limit, subject) = Guid.TryParse(context.User.FindFirstValue(CurrentUser.IdClaim), CultureInfo.InvariantCulture, out var user)
                ? (limits.User, RateLimitSubject.Of(user))
                : (limits.Address, RateLimitSubject.Of(context.Connection.RemoteIpAddress));
            var decision = limit.TakeAsync(subject);
            return decision.IsCompletedSuccessfully && decision.Result.IsAllowed ? GoOn(limit, decision.Result, context, next) : WaitAsync(limit, decision, context, next);
        });

        static async Task WaitAsync(RateLimit limit, ValueTask<RateLimit.Decision> waiting, HttpContext context, RequestDelegate next)
        {
            var decision = await waiting;
            await (decision.IsAllowed ? GoOn(limit, decision, context, next) : Refuse(context, limit, decision).ExecuteAsync(context));
        }

        static Task GoOn(RateLimit limit, RateLimit.Decision decision, HttpContext context, RequestDelegate next)
        {
            if (!limit.Rule.IsOff)
            {
                Say(context, limit, decision);
            }

            return next(context);
        }
    }

    /// <summary>Limits a public read, which routing runs before anything else, by address.</summary>
    /// <remarks>Nothing is said of what is left: others may keep the answer and give it to somebody else.</remarks>
    internal static RequestDelegate LimitByAddress(this RateLimits limits, RequestDelegate next)
    {
        return context =>
        {
            var decision = limits.Address.TakeAsync(RateLimitSubject.Of(context.Connection.RemoteIpAddress));
            return decision.IsCompletedSuccessfully && decision.Result.IsAllowed ? next(context) : WaitAsync(decision, context);
        };

        async Task WaitAsync(ValueTask<RateLimit.Decision> waiting, HttpContext context)
        {
            var decision = await waiting;
            await (decision.IsAllowed ? next(context) : Refuse(context, limits.Address, decision).ExecuteAsync(context));
        }
    }

    /// <summary>Limits an endpoint by address and by the account that its body names.</summary>
    /// <typeparam name="TRequest">The body.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="limits">Which limits: by address, and by account.</param>
    /// <param name="email">The account's address.</param>
    internal static RouteHandlerBuilder LimitedByAccount<TRequest>(
        this RouteHandlerBuilder endpoint, Func<RateLimits, (RateLimit ByAddress, RateLimit ByAccount)> limits, Func<TRequest, string?> email) =>
        endpoint.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var all = http.RequestServices.GetRequiredService<RateLimits>();
            var (byAddress, byAccount) = limits(all);
            if (await byAddress.TakeAsync(RateLimitSubject.Of(http.Connection.RemoteIpAddress)) is { IsAllowed: false } ofAddress)
            {
                return Refuse(http, byAddress, ofAddress);
            }

            // Whether there is such an account or not.
            return RateLimitSubject.Of(email(context.Arguments.OfType<TRequest>().Single()), all.AccountKey) is { } account
                && await byAccount.TakeAsync(account) is { IsAllowed: false } ofAccount
                    ? Refuse(http, byAccount, ofAccount)
                    : await next(context);
        });

    private static ProblemHttpResult Refuse(HttpContext context, RateLimit limit, RateLimit.Decision decision)
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(decision.Wait.TotalSeconds))}");
        Say(context, limit, decision);
        context.Response.Headers["RateLimit"] = $"\"{limit.Rule.Name}\";r=0;t={seconds}";
        context.Response.Headers.RetryAfter = seconds;
        return TypedResults.Problem($"There were too many requests: try again in {seconds} s.", statusCode: StatusCodes.Status429TooManyRequests);
    }

    private static void Say(HttpContext context, RateLimit limit, RateLimit.Decision decision)
    {
        context.Response.Headers["RateLimit-Policy"] = limit.Rule.Policy;
        context.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Rule.Name}\";r={decision.Left}");
    }
}
