using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.ServiceDefaults;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Analytics.Access;

/// <summary>Who may ask what, by the caller's own access token, which the Api passes on.</summary>
internal static class AccessExtensions
{
    private const string Admin = "admin";
    private const string Caller = "caller";
    private static readonly TimeSpan KeysTimeout = TimeSpan.FromSeconds(5);

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddAccess(this IHostApplicationBuilder builder)
    {
        var api = ServiceClient.AddressOf(builder.Configuration, "Api", "http://localhost:5100");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new PublishedKeys(ServiceClient.To(api, KeysTimeout), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PublishedKeys>>()));
        builder.Services.AddBearerScheme<TokenAuthentication>();
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Admin, policy => policy.RequireAuthenticatedUser().RequireRole(AccessToken.Administrator))
            .AddPolicy(Caller, policy => policy.RequireAuthenticatedUser());
    }

    /// <summary>Has callers known; before the endpoints that ask for them are mapped.</summary>
    internal static void UseAccess(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Only administrators get in: 401 for strangers, 403 for other users.</summary>
    internal static TBuilder ForAdministrators<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(Admin);

    /// <summary>Whoever is logged in gets in; 401 for strangers.</summary>
    internal static TBuilder ForCallers<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(Caller);

    /// <summary>Whether a caller may be told what is a user's own.</summary>
    internal static bool MayAskOf(this ClaimsPrincipal caller, Guid user) =>
        caller.IsInRole(AccessToken.Administrator) || (Guid.TryParse(caller.FindFirstValue(AccessToken.UserClaim), CultureInfo.InvariantCulture, out var id) && id == user);
}
