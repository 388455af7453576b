using Microsoft.AspNetCore.Identity;
using Platform.Api.Data;
using Platform.Api.Identity.Accounts;
using Platform.Api.Identity.Sessions;
using Platform.Api.Identity.Tokens;
using Platform.ServiceDefaults;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity;

/// <summary>Adds accounts: who somebody is (ASP.NET Core Identity), how they prove it (tokens), what they may do (policies).</summary>
internal static class IdentityExtensions
{
    /// <exception cref="InvalidOperationException">A setting is missing or not usable; the message names it.</exception>
    internal static void AddAccounts(this WebApplicationBuilder builder)
    {
        var settings = AccountSettings.From(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddIdentityCore<User>(identity =>
        {
            identity.User.RequireUniqueEmail = true;
            // The name is the address, which has been checked.
            identity.User.AllowedUserNameCharacters = "";
        }).AddRoles<Role>().AddEntityFrameworkStores<PlatformDbContext>();
        builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = settings.HashIterations);
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddMeasurements<SigningKeyTelemetry>();
        builder.Services.AddSingleton<TokenVerification>();
        builder.Services.AddSingleton<AccessCheck>();
        builder.Services.AddSingleton<DecoyPassword>();
        builder.Services.AddScoped<SessionTokens>();
        builder.Services.AddScoped<Login>();
        builder.Services.AddScoped<PasswordChange>();
        builder.Services.AddScoped<Registration>();
        builder.Services.AddScoped<AccountDeletion>();
        builder.Services.AddExceptionHandler<DeletedAccount>();

        builder.Services.AddBearerScheme<BearerAuthentication>();
        builder.Services.AddAuthorization(Policies.Add);
    }

    internal static void MapAccounts(this RouteGroupBuilder api)
    {
        api.MapAuth();
        api.MapUsers();
        api.MapUserAdministration();
    }
}
