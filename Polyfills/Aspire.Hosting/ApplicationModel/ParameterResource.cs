using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from configuration (<c>Parameters:{name}</c>), or made on the first run.</summary>
public class ParameterResource : Resource, IResourceWithoutLifetime, IManifestExpressionProvider, IValueProvider
{
    private readonly Lazy<string> _value;

    /// <summary>Makes a parameter.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="callback">Gives the value, once; it gets <see cref="Default"/>.</param>
    /// <param name="secret">Whether the value is hidden in logs and tables.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Secret = secret;
        _value = new Lazy<string>(() => callback(Default));
    }

    /// <summary>What gives the value when configuration does not.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether the value is hidden in logs and tables.</summary>
    public bool Secret { get; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>The value.</summary>
    /// <param name="cancellationToken">Not used: the value is there or it is missing.</param>
    /// <returns>The value.</returns>
    /// <exception cref="MissingParameterValueException">Configuration has no value and there is no default.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>Gives the value of a parameter that configuration does not set.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    /// <returns>The value.</returns>
    public abstract string GetDefaultValue();
}

/// <summary>A random value, from a cryptographic generator.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Characters that look alike are left out, as is every special character with a meaning in URLs, shells or connection strings.
    private const string LowerCharacters = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>Least number of characters; 22 of the default set hold 128 bits.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower case letters occur; by default they do.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper case letters occur; by default they do.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits occur; by default they do.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether special characters occur; by default they do.</summary>
    public bool Special { get; set; } = true;

    /// <summary>Least number of lower case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>Least number of upper case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>Least number of digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>Least number of special characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No kind of character is allowed, or one that is not is required.</exception>
    public override string GetDefaultValue()
    {
        (bool Allowed, int Least, string Characters)[] kinds =
        [
            (Lower, MinLower, LowerCharacters), (Upper, MinUpper, UpperCharacters),
            (Numeric, MinNumeric, NumericCharacters), (Special, MinSpecial, SpecialCharacters),
        ];
        if (kinds.Any(kind => !kind.Allowed && kind.Least > 0))
            throw new ArgumentException("A kind of character that is not allowed cannot be required.");

        var all = string.Concat(kinds.Where(kind => kind.Allowed).Select(kind => kind.Characters));
        if (all.Length == 0)
            throw new ArgumentException("At least one kind of character must be allowed.");

        var value = kinds.SelectMany(kind => RandomNumberGenerator.GetItems<char>(kind.Characters, kind.Least)).ToList();
        value.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - value.Count)));
        var characters = value.ToArray();
        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);
    }
}
