namespace Platform.Api.Catalog.Import;

/// <summary>Why an import cannot go on, in one sentence for the person who started it.</summary>
internal sealed class ImportException(string message, Exception? cause = null) : Exception(message, cause);
