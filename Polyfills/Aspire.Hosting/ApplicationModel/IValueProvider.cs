namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something whose value is known when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; waits until it is known.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value; <see langword="null"/> when there is none.</returns>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>Something that has a name in a deployment manifest.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The placeholder, for example <c>{postgres.bindings.tcp.port}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value made of other values or resources.</summary>
public interface IValueWithReferences
{
    /// <summary>What the value refers to.</summary>
    IEnumerable<object> References { get; }
}
