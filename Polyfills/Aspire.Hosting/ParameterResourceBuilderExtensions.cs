using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds parameters and given connection strings.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that configuration gives: <c>Parameters:{name}</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="secret">Whether its value is hidden.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name)
            ?? throw new MissingParameterValueException($"Parameter resource could not be used because configuration key 'Parameters:{name}' is missing and the Parameter has no default value."), secret));

    /// <summary>Adds a parameter with a value that configuration may overrule.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="publishValueAsDefault">Matters only for publishing.</param>
    /// <param name="secret">Whether its value is hidden.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter with a value that configuration may overrule.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="valueGetter">Gives its value.</param>
    /// <param name="publishValueAsDefault">Matters only for publishing.</param>
    /// <param name="secret">Whether its value is hidden.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? valueGetter(), secret));

    /// <summary>Adds a parameter with a default that configuration may overrule.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Gives the default.</param>
    /// <param name="secret">Whether its value is hidden.</param>
    /// <param name="persist">Whether the default is kept for later runs.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(CreateParameter(builder, name, value, secret, persist));

    /// <summary>Adds a connection string that configuration gives: <c>ConnectionStrings:{name}</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="environmentVariableName">The variable that carries it; <see langword="null"/> for <c>ConnectionStrings__{name}</c>.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, [ResourceName] string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConnectionStringParameterResource(name, _ => builder.Configuration.GetConnectionString(name)
            ?? throw new MissingParameterValueException($"Connection string parameter resource could not be used because connection string '{name}' is missing."), environmentVariableName));

    /// <summary>Makes a parameter for a password that is generated once and kept. It is not added to the application.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lower">Whether lower case letters occur.</param>
    /// <param name="upper">Whether upper case letters occur.</param>
    /// <param name="numeric">Whether digits occur.</param>
    /// <param name="special">Whether special characters occur.</param>
    /// <param name="minLower">Least number of lower case letters.</param>
    /// <param name="minUpper">Least number of upper case letters.</param>
    /// <param name="minNumeric">Least number of digits.</param>
    /// <param name="minSpecial">Least number of special characters.</param>
    /// <returns>The parameter: 22 characters, or more where the least numbers ask for it.</returns>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true, int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var password = new GenerateParameterDefault
        {
            MinLength = 22,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        };
        return CreateParameter(builder, name, password, secret: true, persist: true);
    }

    private static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret, bool persist)
    {
        var parameterDefault = persist ? new GeneratedSecrets.KeptDefault(builder, name, value) : value;
        return new ParameterResource(name, d => Configured(builder, name) ?? d!.GetDefaultValue(), secret) { Default = parameterDefault };
    }

    private static string? Configured(IDistributedApplicationBuilder builder, string name) => builder.Configuration[$"Parameters:{name}"];

    private sealed class ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> callback, string? environmentVariableName)
        : ParameterResource(name, callback, secret: true), IResourceWithConnectionString
    {
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{(ParameterResource)this}");

        public string? ConnectionStringEnvironmentVariable => environmentVariableName;
    }
}
