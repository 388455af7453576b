using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// Text with holes that are filled when the application runs: <c>ReferenceExpression.Create($"Host={endpoint};Password={parameter}")</c>.
/// </summary>
[DebuggerDisplay("{ValueExpression}")]
public class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The expression without text and holes.</summary>
    public static readonly ReferenceExpression Empty = new("", [], []);

    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string> manifestExpressions)
    {
        Format = format;
        ValueProviders = valueProviders;
        ManifestExpressions = manifestExpressions;
    }

    /// <summary>The text as a composite format string: <c>Host={0};Password={1}</c>.</summary>
    public string Format { get; }

    /// <summary>The manifest placeholder of each hole.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>What fills each hole.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Makes an expression from an interpolated string.</summary>
    /// <param name="handler">The interpolated string.</param>
    /// <returns>The expression.</returns>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.ToExpression();

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = await ValueProviders[i].GetValueAsync(cancellationToken).ConfigureAwait(false);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Collects the literals and holes of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly StringBuilder _format;
        private readonly List<IValueProvider> _providers;
        private readonly List<string> _manifest;

        /// <summary>Called by the compiler.</summary>
        /// <param name="literalLength">Length of the literal parts.</param>
        /// <param name="formattedCount">Number of holes.</param>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _format = new StringBuilder(literalLength + (formattedCount * 4));
            _providers = new List<IValueProvider>(formattedCount);
            _manifest = new List<string>(formattedCount);
        }

        /// <summary>Adds literal text.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendLiteral(string value) =>
            _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        /// <summary>Adds text that is known already.</summary>
        /// <param name="value">The text.</param>
        public readonly void AppendFormatted(string? value) => AppendLiteral(value ?? "");

        /// <summary>Adds a value that is known when the application runs.</summary>
        /// <typeparam name="T">The provider's type.</typeparam>
        /// <param name="valueProvider">The provider.</param>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(valueProvider);
            _manifest.Add(valueProvider.ValueExpression);
        }

        /// <summary>Adds a resource that is a value, such as a parameter.</summary>
        /// <typeparam name="T">The resource's type.</typeparam>
        /// <param name="valueProvider">The resource.</param>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider.Resource);

        internal readonly ReferenceExpression ToExpression() => new(_format.ToString(), [.. _providers], [.. _manifest]);
    }
}
