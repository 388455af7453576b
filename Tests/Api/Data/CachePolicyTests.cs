using System.Text.RegularExpressions;
using Platform.Api;
using Platform.Api.Identity.Sessions;
using Platform.CacheMap;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

public sealed partial class CachePolicyTests
{
    // Whether somebody may come in and what they may do: every request asks, and nobody is told by it who they are.
    private static readonly string[] Rights = ["user", "identity.users", "identity.user_roles"];

    [Fact]
    public void Nothing_personal_no_loan_and_no_stock_is_cached()
    {
        Assert.DoesNotContain(CachePolicies.All.Select(policy => policy.Family).Except(Rights), Forbidden().IsMatch);
        Assert.DoesNotContain(CacheMapping.CachedTables.Except(Rights), Forbidden().IsMatch);
    }

    [Fact]
    public void Of_a_user_no_more_is_cached_than_ids_a_time_and_names_of_roles() =>
        Assert.Equal(["UserId", "SessionId", "GoodUntil", "UserId", "Roles"],
            new[] { typeof(SessionState), typeof(PermissionSet) }.SelectMany(type => type.GetProperties()).Select(property => property.Name));

    [Theory]
    [InlineData("loans")]
    [InlineData("book_lending")]
    [InlineData("variant_stock")]
    [InlineData("inventory")]
    [InlineData("user_books")]
    [InlineData("cart")]
    [InlineData("orders")]
    [InlineData("store.reviews")]
    [InlineData("library_activity")]
    public void Such_a_family_would_be_noticed(string family) => Assert.Matches(Forbidden(), family);

    [Fact]
    public void The_table_of_policies_is_the_only_place_that_makes_one()
    {
        var makers = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Api"), "*.cs", SearchOption.AllDirectories)
            .Where(file => NewPolicy().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetFileName(file));

        Assert.Equal(["CachePolicies.cs"], makers);
    }

    [Fact]
    public void Every_policy_is_in_the_table_under_a_name_of_its_own()
    {
        var declared = typeof(CachePolicies).GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)
            .Select(field => field.GetValue(null)).OfType<Platform.Caching.CachePolicy>();

        Assert.Equal(declared, CachePolicies.All);
        Assert.Equal(CachePolicies.All.Count, CachePolicies.All.Select(policy => policy.Family).Distinct().Count());
    }

    [GeneratedRegex("loan|lend|borrow|stock|inventory|user|member|person|profile|cart|order|address|review|activity|wish|account", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"new CachePolicy\b|CachePolicy\s+\w+\s*=\s*new\s*\(")]
    private static partial Regex NewPolicy();
}
