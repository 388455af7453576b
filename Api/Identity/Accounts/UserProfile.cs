using System.ComponentModel;

namespace Platform.Api.Identity.Accounts;

/// <summary>An account as its owner sees it.</summary>
internal sealed record UserProfile(
    Guid Id,
    string Email,
    [property: Description("What others see; null for none.")] string? DisplayName,
    [property: Description("Which loan limits hold.")] string Type,
    [property: Description("admin, librarian, member")] IReadOnlyList<string> Roles,
    DateTimeOffset CreatedAt);
