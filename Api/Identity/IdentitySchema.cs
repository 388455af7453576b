namespace Platform.Api.Identity;

/// <summary>Names that the tables of accounts share.</summary>
internal static class IdentitySchema
{
    internal const string Name = "identity";
}
