using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity;

/// <summary>The roles there are.</summary>
internal static class Roles
{
    /// <summary>May do everything.</summary>
    internal const string Admin = AccessToken.Administrator;

    /// <summary>Runs the store and the libraries: catalogue, stock, orders.</summary>
    internal const string Librarian = "librarian";

    /// <summary>Anybody with an account.</summary>
    internal const string Member = "member";
}
