namespace Platform.Api.Catalog.Authors;

/// <summary>An author, as the catalogue names them.</summary>
internal sealed record AuthorName(Guid Id, string Name);
